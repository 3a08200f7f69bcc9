#include "support/stream_reader.hpp"

namespace longpolld::test {
namespace {

std::string summary(const request& of) {
  std::string text;
  for (const auto part :
       {of.path, of.query, of.host, of.origin, of.requested_method, of.forwarded_for.value_or("none"),
        of.content_type, of.accept_encoding, of.if_none_match}) {
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

/// What the server recalls of known fields must be what guard and parser come to.
void stream_reader::check_recalled(std::string_view bytes) {
  const auto recalled = parser_.recall(bytes, limits_);
  if (!recalled) return;
  const auto known = summary(recalled->read) + std::to_string(recalled->bytes);
  request_guard guard;
  const auto seen = guard.look(bytes, limits_);
  if (seen && *seen) {
    const auto parsed = plain_.parse(bytes.substr(guard.skipped(), **seen - guard.skipped()));
    if (parsed && known == summary(*parsed) + std::to_string(**seen)) return;
  }
  verdict_ = "RECALLED OTHERWISE";
}

void stream_reader::feed(std::string_view segment) {
  if (!verdict_.empty()) return;
  request_reader reader(parser_, limits_, std::move(held_), segment);
  judge(reader);
  if (verdict_.empty()) held_ = reader.release();
}

void stream_reader::judge(request_reader& reader) {
  while (verdict_.empty()) {
    if (last_ && !reader.is_done()) {
      verdict_ = "CLOSE";
      return;
    }
    if (!reader.is_in_body() && reader.rest().size() > 0) check_recalled(reader.rest());
    if (!verdict_.empty()) return;
    const auto found = reader.next();
    if (!found) {
      verdict_ = "REJECT";
      return;
    }
    if (*found == request_reader::found::nothing) return;
    if (*found == request_reader::found::head) {
      const auto& head = reader.head();
      if (head.body == request::framing::length &&
          head.content_bytes > static_cast<std::uint64_t>(limits_.max_body_bytes)) {
        verdict_ = "REJECT";
        return;
      }
      reader.keep_body(true);
      if (head.body != request::framing::none || !head.keep_alive || requests_ % 2 == 0) continue;
      reader.skip();  // as the server does with what it answers by the head alone
    } else {
      bodies_ += reader.body();
      last_ = !reader.head().keep_alive;
    }
    ++requests_;
  }
}

std::string stream_reader::verdict() const {
  if (!verdict_.empty()) return verdict_;
  return held_.is_empty() ? "END" : "INCOMPLETE";
}

}  // namespace longpolld::test
