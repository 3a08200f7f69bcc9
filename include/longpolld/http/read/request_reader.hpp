#pragma once

#include "longpolld/http/read/chunked_body.hpp"
#include "longpolld/http/read/request.hpp"
#include "longpolld/http/read/request_guard.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace longpolld {

/// What is held of a connection's bytes while a request is incomplete or waits for its turn.
struct unread_requests {
  std::string bytes;  ///< not looked at, or of an incomplete head
  request_guard guard;
  std::string head;  ///< of the request whose body is incomplete, as it came
  request::framing framing = request::framing::none;
  std::uint64_t content_bytes = 0;
  chunked_body chunks;
  std::string body;  ///< what has come of it, if it is one that is kept
  std::uint64_t body_bytes = 0;
  bool keeps_body = false;

  [[nodiscard]] bool is_empty() const { return bytes.empty() && head.empty(); }
  [[nodiscard]] bool is_in_body() const { return !head.empty(); }
  /// Memory held beside the object itself.
  [[nodiscard]] std::size_t held_bytes() const {
    return bytes.capacity() + head.capacity() + body.capacity() + chunks.held_bytes();
  }
};

/// Turns a connection's bytes into requests, however they are split. Plain code: no socket, no clock. It
/// views the bytes it is given and copies only what release() keeps, so reading whole requests out of a lent
/// buffer allocates nothing. Thread: one; the parser is lent for the reader's life.
class request_reader {
 public:
  enum class found : std::uint8_t {
    nothing,  ///< more bytes are needed
    head,     ///< to be judged now, before its body: head() is valid; then next() or skip()
    whole,    ///< to be answered: head() and body() are valid until the next call
  };

  /// Goes on with what was held before, and with `bytes` behind it, which stay the caller's.
  request_reader(request_parser& parser, const config& limits, unread_requests held, std::string_view bytes);

  /// The next step, or why the request is refused: framing and all that follows is in doubt then.
  [[nodiscard]] outcome<found> next();
  /// Whether the body of the head that was just found is collected; else it is discarded as it comes.
  void keep_body(bool keeps) { held_.keeps_body = keeps; }
  /// The request whose head was just found is answered. Precondition: it has no body.
  void skip();

  [[nodiscard]] const request& head() const { return head_; }
  [[nodiscard]] std::string_view body() const { return body_; }
  /// Bytes that were not consumed: after an error in a head, that head.
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  /// Whether next() stopped, or failed, within a body.
  [[nodiscard]] bool is_in_body() const { return step_ == step::body; }
  /// Whether nothing is left: no bytes, and no request under way.
  [[nodiscard]] bool is_done() const { return bytes_.empty() && step_ != step::body; }

  /// What is to be held until more comes, or until the next request has its turn. The reader is spent.
  [[nodiscard]] unread_requests release();

 private:
  enum class step : std::uint8_t { head, judged, body };

  [[nodiscard]] outcome<found> read_head();
  [[nodiscard]] outcome<found> read_body();
  [[nodiscard]] outcome<chunked_body::progress> take_body();

  request_parser& parser_;
  const config& limits_;
  unread_requests held_;
  std::string joined_;      // what was held and what has come
  std::string_view bytes_;  // of these, or of the caller's, what is not consumed
  std::string_view head_text_;
  request head_;
  std::string whole_body_;
  std::string_view body_;
  step step_ = step::head;
  bool is_fresh_ = true;  // nothing of the next head was looked at before
};

}  // namespace longpolld
