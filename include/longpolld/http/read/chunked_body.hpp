#pragma once

#include "longpolld/words/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// Decodes a body in the chunked transfer coding, strictly by RFC 9112 section 7.1. Chunk extensions and
/// trailer fields are checked, bounded and discarded: nothing in them is ever read as a header. It stands in
/// for Beast 1.81's decoder, which bounds neither, throws on a long trailer and aborts on some splits.
class chunked_body {
 public:
  enum class progress : std::uint8_t { more, complete };

  /// Consumes from the front of `bytes` and appends to `body`: whether more is needed or the body is
  /// complete, or why it is refused (413 above `body_max` in all). The verdict depends neither on the split
  /// nor on what becomes of `body` between calls.
  [[nodiscard]] outcome<progress> feed(std::string_view& bytes, std::string& body, std::size_t body_max);

  /// Memory held besides the body.
  [[nodiscard]] std::size_t held_bytes() const { return line_.capacity(); }

  static constexpr std::size_t extension_bytes_max = 1024;
  static constexpr std::size_t trailer_bytes_max = 4096;

 private:
  enum class stage : std::uint8_t { size, data, data_end, trailer };

  [[nodiscard]] outcome<progress> take_line(std::string_view& bytes, std::size_t limit, const char* what);
  [[nodiscard]] std::optional<error> take_size(std::size_t body_max);
  [[nodiscard]] std::optional<error> check_trailer() const;

  stage stage_ = stage::size;
  std::uint64_t left_ = 0;  // of the chunk
  std::uint64_t body_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::string line_;  // the unfinished line
};

}  // namespace longpolld
