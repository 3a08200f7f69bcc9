#include "longpolld/http/read/request_reader.hpp"

#include <cassert>
#include <utility>

namespace longpolld {

request_reader::request_reader(request_parser& parser, const config& limits, unread_requests held,
                               std::string_view bytes)
    : parser_(parser), limits_(limits), held_(std::move(held)), bytes_(bytes) {
  is_fresh_ = held_.guard.is_fresh();
  if (!held_.bytes.empty()) {
    joined_ = std::move(held_.bytes);
    joined_.append(bytes);
    bytes_ = joined_;
  }
  if (!held_.is_in_body()) return;
  step_ = step::body;
  head_text_ = held_.head;
}

outcome<request_reader::found> request_reader::next() {
  if (step_ == step::judged) return read_body();
  if (step_ == step::body) return bytes_.empty() ? outcome<found>(found::nothing) : read_body();
  return bytes_.empty() ? outcome<found>(found::nothing) : read_head();
}

outcome<request_reader::found> request_reader::read_head() {
  if (const auto known = is_fresh_ ? parser_.recall(bytes_, limits_) : std::nullopt) {
    head_ = known->read;
    head_text_ = bytes_.substr(0, known->bytes);
    bytes_.remove_prefix(known->bytes);
  } else {
    const auto seen = held_.guard.look(bytes_, limits_);
    if (!seen) return seen.error();
    if (!*seen) return is_fresh_ = false, found::nothing;
    const auto skipped = held_.guard.skipped();
    head_text_ = bytes_.substr(skipped, **seen - skipped);
    const auto parsed = parser_.parse(head_text_);
    if (!parsed) return parsed.error();
    head_ = *parsed;
    bytes_.remove_prefix(**seen);
    held_.guard = {};
    is_fresh_ = true;
  }
  step_ = step::judged;
  held_.head.clear();
  held_.keeps_body = false;
  return found::head;
}

void request_reader::skip() {
  assert(step_ == step::judged && head_.body == request::framing::none);
  step_ = step::head;
}

outcome<request_reader::found> request_reader::read_body() {
  const bool is_new = step_ == step::judged;
  body_ = {};
  if (is_new && head_.body == request::framing::none) return step_ = step::head, found::whole;
  if (is_new && head_.body == request::framing::length && bytes_.size() >= head_.content_bytes) {
    body_ = bytes_.substr(0, static_cast<std::size_t>(head_.content_bytes));
    bytes_.remove_prefix(body_.size());
    return step_ = step::head, found::whole;
  }
  if (is_new) {
    held_.framing = head_.body;
    held_.content_bytes = head_.content_bytes;
  }
  step_ = step::body;
  const auto taken = take_body();
  if (!taken) return taken.error();
  if (*taken == chunked_body::progress::more) return found::nothing;
  if (!is_new) head_ = *parser_.parse(head_text_);  // it was accepted when it came
  whole_body_ = std::exchange(held_.body, {});
  body_ = whole_body_;
  held_.chunks = {};
  held_.body_bytes = 0;
  step_ = step::head;
  return found::whole;
}

/// Takes what there is of the body.
outcome<chunked_body::progress> request_reader::take_body() {
  if (held_.framing == request::framing::chunked) {
    std::string dropped;
    const auto most = static_cast<std::size_t>(limits_.max_body_bytes);
    auto& body = held_.keeps_body ? held_.body : dropped;
    const auto before = body.size();
    auto fed = held_.chunks.feed(bytes_, body, most);
    held_.body_bytes += body.size() - before;
    return fed;
  }
  const auto part = bytes_.substr(0, static_cast<std::size_t>(held_.content_bytes - held_.body_bytes));
  bytes_.remove_prefix(part.size());
  held_.body_bytes += part.size();
  if (held_.keeps_body) held_.body.append(part);
  return held_.body_bytes == held_.content_bytes ? chunked_body::progress::complete
                                                 : chunked_body::progress::more;
}

unread_requests request_reader::release() {
  assert(step_ != step::judged);
  if (step_ == step::body) {
    if (held_.head.empty()) held_.head = head_text_;
  } else {
    held_.head.clear();
  }
  held_.bytes = std::string(bytes_);
  return std::move(held_);
}

}  // namespace longpolld
