#pragma once

#include "longpolld/http/read/chunked_body.hpp"
#include "longpolld/http/read/request.hpp"
#include "longpolld/http/read/request_guard.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace longpolld::test {

/// Reads a stream of requests with the parts that the server reads with, and nothing else of it.
class stream_reader {
 public:
  void feed(std::string_view segment);

  /// REJECT, CLOSE (the last request asked for it, bytes behind it are ignored), END or INCOMPLETE.
  [[nodiscard]] std::string verdict() const;
  [[nodiscard]] std::size_t requests() const { return requests_; }

 private:
  bool step();
  bool read_body();
  bool reject(bool agreed = true);

  config limits_ = [] {
    config of;
    of.max_body_bytes = 256 << 10;  // as the corpora have it
    return of;
  }();
  std::string bytes_;
  request_guard guard_;
  request_parser parser_;
  chunked_body chunks_;
  std::optional<request> head_;
  std::string verdict_;
  std::size_t requests_ = 0;
  bool last_ = false;
};

}  // namespace longpolld::test
