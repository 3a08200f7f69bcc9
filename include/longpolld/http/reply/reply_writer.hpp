#pragma once

#include "longpolld/http/reply/cors.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <cstdint>
#include <string>

namespace longpolld {

/// Renders replies to bytes. Polls that are woken by the same event share one rendering. Plain code: no
/// socket, no clock. Thread: one.
class reply_writer {
 public:
  explicit reply_writer(const cors& origins) : origins_(origins) {}

  /// The head and, if it is one text, the body of a reply that is sent at this unix time in seconds. Valid
  /// until the next call.
  [[nodiscard]] const std::string& render(const reply& what, const reply_form& form, std::int64_t at);
  /// Renders anew whatever comes next: the origins have changed.
  void forget() { shared_body_ = nullptr; }

 private:
  const cors& origins_;
  std::string date_;
  std::int64_t second_ = -1;
  std::string usual_begin_;  // of the heads that most replies have in this second
  std::string usual_cache_;  // what it says of caches
  std::string rendered_;
  // What `rendered_` is, if others may get the same.
  body_ptr shared_body_;
  reply_form shared_form_;
};

}  // namespace longpolld
