#include "longpolld/http/read/kept_request.hpp"

#include <optional>

namespace longpolld {
namespace {

// All there are: a request that is kept must view nothing of the parser's.
constexpr std::string_view request::*texts[] = {&request::path,          &request::query,
                                                &request::host,          &request::origin,
                                                &request::cookie,        &request::requested_method,
                                                &request::content_type,  &request::accept_encoding,
                                                &request::if_none_match, &request::fields};
constexpr std::optional<std::string_view> request::*optional_texts[] = {
    &request::forwarded_for, &request::authorization, &request::idempotency_key};

}  // namespace

std::size_t kept_request::bytes_of(const request& of, std::string_view body) {
  std::size_t bytes = sizeof(kept_request) + body.size();
  for (const auto member : texts) bytes += (of.*member).size();
  for (const auto member : optional_texts) bytes += (of.*member).value_or("").size();
  return bytes;
}

kept_request::kept_request(const request& of, std::string_view body) : request_(of) {
  bytes_.reserve(bytes_of(of, body) - sizeof *this);  // what is viewed below stays where it is
  const auto keep = [&](std::string_view what) {
    const auto begin = bytes_.size();
    bytes_.append(what);
    return std::string_view(bytes_).substr(begin);
  };
  for (const auto member : texts) request_.*member = keep(of.*member);
  for (const auto member : optional_texts) {
    if (of.*member) request_.*member = keep(*(of.*member));
  }
  body_ = keep(body);
}

}  // namespace longpolld
