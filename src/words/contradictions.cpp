#include "longpolld/words/contradictions.hpp"

#include <algorithm>

namespace longpolld {

std::vector<contradiction> contradictions(const config& of) {
  std::vector<contradiction> found;
  const auto above = [&](std::string_view small, config::number a, std::string_view large, config::number b) {
    if (a <= b) return;
    found.push_back({small, large,
                     std::to_string(a) + " is above " + std::string(large) + " = " + std::to_string(b) +
                         "; it must not be larger"});
  };
  above("default_longpoll_timeout_seconds", of.default_longpoll_timeout_seconds,
        "max_longpoll_timeout_seconds", of.max_longpoll_timeout_seconds);
  above("max_event_bytes", of.max_event_bytes, "max_body_bytes", of.max_body_bytes);
  above("max_event_bytes", of.max_event_bytes, "max_reply_bytes", of.max_reply_bytes);
  above("max_event_bytes", of.max_event_bytes, "max_buffer_bytes", of.max_buffer_bytes);
  above("max_body_bytes", of.max_body_bytes, "max_request_bytes_in_flight", of.max_request_bytes_in_flight);
  above("max_reply_bytes", of.max_reply_bytes, "max_reply_bytes_in_flight", of.max_reply_bytes_in_flight);
  above("max_request_line_bytes", of.max_request_line_bytes, "max_header_bytes", of.max_header_bytes);
  if (of.listen.empty() && of.publish_listen.empty() && of.tls_listen.empty()) {
    found.push_back({"listen", "publish_listen", "is empty; at least one address is needed"});
  } else if (of.listen.empty() && of.tls_listen.empty()) {
    found.push_back({"listen", "publish_listen", "is empty; subscribers need at least one address"});
  }
  const auto apart = [&](std::string_view key, const config::list& a, std::string_view other,
                         const config::list& b) {
    for (const auto& one : a) {
      if (std::find(b.begin(), b.end(), one) == b.end() || one.ends_with(":0")) continue;
      found.push_back({key, other, '"' + one + "\" is in both; an address has one role"});
    }
  };
  apart("publish_listen", of.publish_listen, "listen", of.listen);
  apart("tls_listen", of.tls_listen, "listen", of.listen);
  apart("tls_listen", of.tls_listen, "publish_listen", of.publish_listen);
  const auto needs = [&](std::string_view key, const std::string& value, std::string_view what) {
    if (of.tls_listen.empty() || !value.empty()) return;
    found.push_back({key, "tls_listen", "is not set; tls_listen needs " + std::string(what)});
  };
  needs("tls_certificate", of.tls_certificate, "a certificate, and its key in tls_key");
  needs("tls_key", of.tls_key, "the key of tls_certificate");
  return found;
}

}  // namespace longpolld
