#pragma once

#include "longpolld/http/read/request.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace longpolld {

/// A request that outlives the parser's buffers, so that it can be answered later as it came.
class kept_request {
 public:
  kept_request(const request& of, std::string_view body);
  kept_request(const kept_request&) = delete;
  kept_request& operator=(const kept_request&) = delete;

  /// Valid as long as this.
  [[nodiscard]] const request& asked() const { return request_; }
  [[nodiscard]] std::string_view body() const { return body_; }
  /// What keeping it takes.
  [[nodiscard]] static std::size_t bytes_of(const request& of, std::string_view body);

 private:
  std::string bytes_;
  request request_;
  std::string_view body_;
};

}  // namespace longpolld
