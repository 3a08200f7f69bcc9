#pragma once

#include "longpolld/http/read/chunked_body.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace longpolld {

/// A whole reply of a site's backend, or only its head when its status means nothing to us.
struct hook_reply {
  int status = 0;
  std::string cache_control{};  ///< all fields of that name, joined by commas
  std::string body{};
  bool is_length_known = false;  ///< else the body ended with the connection, and may be cut off
};

/// Bytes to one reply, whatever the bytes: it holds no more than head_bytes_max and `body_max`, and its
/// verdict does not depend on how they are split. Strict where framing is in doubt, as the reader of requests
/// is. Plain code.
class hook_reply_reader {
 public:
  enum class progress : std::uint8_t { more, whole, broken };
  static constexpr std::size_t head_bytes_max = 16'384;

  explicit hook_reply_reader(std::size_t body_max) : body_max_(body_max) {}

  /// Consumes from the front of `bytes`; what is left once it is whole belongs to no reply. Precondition: it
  /// was `more` so far.
  [[nodiscard]] progress feed(std::string_view& bytes);
  /// The connection has ended: whole or broken. Precondition: as for feed().
  [[nodiscard]] progress end();

  /// Whether anything of a reply has come.
  [[nodiscard]] bool has_begun() const { return has_begun_; }
  /// Whether another question may be asked over the connection. Precondition: the reply is whole.
  [[nodiscard]] bool keeps() const { return keeps_; }
  /// Precondition: it is whole.
  [[nodiscard]] const hook_reply& reply() const { return reply_; }
  /// Why it is broken: a sentence with nothing of the reply in it.
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  enum class stage : std::uint8_t { head, length, chunks, until_end };

  progress take_head(std::string_view& bytes);
  progress read_head();
  progress take_body(std::string_view& bytes);
  progress broken(std::string why);

  const std::size_t body_max_;
  stage stage_ = stage::head;
  bool has_begun_ = false;
  bool keeps_ = false;
  std::size_t left_ = 0;  // of the body, when its length was said
  std::string head_;
  chunked_body chunks_;
  hook_reply reply_;
  std::string why_;
};

}  // namespace longpolld
