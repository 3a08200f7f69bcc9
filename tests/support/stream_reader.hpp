#pragma once

#include "longpolld/http/read/request_reader.hpp"

#include <string>
#include <string_view>

namespace longpolld::test {

/// Reads a stream of requests with the reader of the server, which holds what is incomplete between segments.
class stream_reader {
 public:
  void feed(std::string_view segment);

  /// REJECT, CLOSE (the last request asked for it, bytes behind it are ignored), END or INCOMPLETE.
  [[nodiscard]] std::string verdict() const;
  [[nodiscard]] std::size_t requests() const { return requests_; }
  /// The bodies of the requests so far, one after the other.
  [[nodiscard]] const std::string& bodies() const { return bodies_; }

 private:
  void judge(request_reader& reader);
  void check_recalled(std::string_view bytes);

  config limits_ = [] {
    config of;
    of.max_body_bytes = 256 << 10;  // as the corpora have it
    return of;
  }();
  request_parser parser_;
  request_parser plain_;  // it recalls nothing
  unread_requests held_;
  std::string bodies_;
  std::string verdict_;
  std::size_t requests_ = 0;
  bool last_ = false;
};

}  // namespace longpolld::test
