#pragma once

#include "longpolld/words/moment.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace longpolld {

/// What the access log tells of a request. What a client sent comes as it was sent; nothing of it is a
/// secret.
struct access_line {
  unix_ms time = 0;              ///< when it was answered
  std::string_view client{};     ///< its address
  std::string_view principal{};  ///< the name of who asked; empty: nobody in particular
  std::string_view method{};     ///< empty, like the path: it could not be read
  std::string_view path{};
  std::string_view query{};
  int status = 0;  ///< 0: its client left before it was answered
  std::uint64_t bytes = 0;
  std::chrono::microseconds took{};
  std::string_view end{};  ///< how a poll ended that was parked; empty: it was not
};

/// Writes such lines, in one format. As text, for people and for tools that split at spaces:
///   2026-11-29T21:13:13.123Z 192.0.2.1 token:site/ann "GET /events?category=farm" 200 312 0.412 event
/// with seconds before the end and - for what there is not; as JSON: an object, without what there is not.
/// Thread: one.
class access_line_writer {
 public:
  explicit access_line_writer(bool as_json) : is_json_(as_json) {}

  /// Appends a line with its line break.
  void append(std::string& to, const access_line& one);

 private:
  void append_time(std::string& to, unix_ms time);

  const bool is_json_;
  unix_ms second_ = -1;      // whose text this is
  std::string second_text_;  // most lines are of the last one's second
};

}  // namespace longpolld
