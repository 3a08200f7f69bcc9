#include "support/stream_reader.hpp"

namespace longpolld::test {
namespace {

std::string summary(const request& of) {
  std::string text;
  for (const auto part : {of.path, of.query, of.host, of.origin, of.requested_method,
                          of.forwarded_for.value_or("none"), of.accept_encoding, of.if_none_match}) {
    text.append(part).append("\n");
  }
  for (const auto number : {static_cast<std::uint64_t>(of.method), static_cast<std::uint64_t>(of.body),
                            of.content_bytes, std::uint64_t{of.has_content_coding},
                            std::uint64_t{of.expects_continue}, static_cast<std::uint64_t>(of.fetch_site),
                            std::uint64_t{of.keep_alive}, std::uint64_t{of.is_http_1_0}}) {
    text += std::to_string(number) + ' ';
  }
  return text;
}

}  // namespace

void stream_reader::feed(std::string_view segment) {
  if (!verdict_.empty()) return;
  bytes_.append(segment);
  while (verdict_.empty() && step()) {
  }
}

std::string stream_reader::verdict() const {
  if (!verdict_.empty()) return verdict_;
  return bytes_.empty() && !head_ ? "END" : "INCOMPLETE";
}

bool stream_reader::step() {
  if (head_) return read_body();
  if (bytes_.empty()) return false;
  // What the server recalls of known fields must be what guard and parser come to.
  const auto recalled = parser_.recall(bytes_, limits_);
  const auto known = recalled ? summary(recalled->read) + std::to_string(recalled->bytes) : "";
  const auto seen = guard_.look(bytes_, limits_);
  if (!seen) return reject(known.empty());
  if (!*seen) return known.empty() ? false : reject(false);
  const auto parsed =
      parser_.parse(std::string_view(bytes_).substr(guard_.skipped(), **seen - guard_.skipped()));
  if (!parsed) return reject(known.empty());
  if (!known.empty() && known != summary(*parsed) + std::to_string(**seen)) return reject(false);
  bytes_.erase(0, **seen);
  guard_ = {};
  head_ = *parsed;
  return true;
}

bool stream_reader::read_body() {
  if (head_->body == request::framing::length) {
    if (head_->content_bytes > static_cast<std::uint64_t>(limits_.max_body_bytes)) return reject();
    if (bytes_.size() < head_->content_bytes) return false;
    bytes_.erase(0, static_cast<std::size_t>(head_->content_bytes));
  } else if (head_->body == request::framing::chunked) {
    std::string_view left = bytes_;
    std::string body;
    const auto fed = chunks_.feed(left, body, static_cast<std::size_t>(limits_.max_body_bytes));
    if (!fed) return reject();
    bytes_.erase(0, bytes_.size() - left.size());
    if (*fed == chunked_body::progress::more) return false;
    chunks_ = {};
  }
  ++requests_;
  if (!head_->keep_alive && !bytes_.empty()) verdict_ = "CLOSE";
  if (!head_->keep_alive && bytes_.empty()) last_ = true;
  head_.reset();
  return !bytes_.empty();
}

bool stream_reader::reject(bool agreed) {
  verdict_ = !agreed ? "RECALLED OTHERWISE" : last_ ? "CLOSE" : "REJECT";
  return false;
}

}  // namespace longpolld::test
