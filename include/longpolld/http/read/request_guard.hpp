#pragma once

#include "longpolld/words/config.hpp"
#include "longpolld/words/error.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace longpolld {

/// Whether these characters are a token of RFC 9110 section 5.6.2.
[[nodiscard]] bool is_token(std::string_view text);

/// Judges the bytes of a request's head before anything is parsed: line ends, control bytes, the shape of the
/// request line and of each field, sizes and counts. It refuses what Beast 1.81 lets through: bare CR or LF
/// waited for, obs-fold, bytes outside printable ASCII or `#` in the target. It comes to the same verdict
/// however the bytes are split, and looks at each line once when it is whole.
class request_guard {
 public:
  /// `bytes`: all of the connection's unconsumed bytes so far, beginning where they did before. The number of
  /// bytes of the head once it is complete, nothing while more are needed, or why it is refused.
  [[nodiscard]] outcome<std::optional<std::size_t>> look(std::string_view bytes, const config& limits);

  /// What is wrong with a request line without its CR LF, but for its length; or nothing.
  [[nodiscard]] static std::optional<error> request_line(std::string_view line);

  /// Bytes before the request line: an empty line or two are skipped (RFC 9112 section 2.2).
  [[nodiscard]] std::size_t skipped() const { return skipped_; }
  /// Whether no line of the head was looked at yet.
  [[nodiscard]] bool is_fresh() const { return line_begin_ == 0; }

 private:
  [[nodiscard]] std::optional<error> field_line(std::string_view line);
  [[nodiscard]] std::optional<error> partial(std::string_view line, const config& limits) const;

  std::size_t skipped_ = 0;
  std::size_t line_begin_ = 0;
  config::number fields_ = 0;
  bool has_request_line_ = false;
};

}  // namespace longpolld
