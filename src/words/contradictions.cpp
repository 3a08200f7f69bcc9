#include "longpolld/words/contradictions.hpp"

#include <algorithm>
#include <utility>

namespace longpolld {

std::vector<contradiction> contradictions(const config& of) {
  std::vector<contradiction> found;
  const auto add = [&](auto key, auto other, std::string what) {
    found.push_back({setting_of(key).name, setting_of(other).name, std::move(what)});
  };
  const auto above = [&](config::limit small, config::limit large) {
    if (of.*small <= of.*large) return;
    add(small, large,
        std::to_string(of.*small) + " is above " + std::string(setting_of(large).name) + " = " +
            std::to_string(of.*large) + "; it must not be larger");
  };
  above(&config::default_longpoll_timeout_seconds, &config::max_longpoll_timeout_seconds);
  above(&config::max_event_bytes, &config::max_body_bytes);
  above(&config::max_event_bytes, &config::max_reply_bytes);
  above(&config::max_event_bytes, &config::max_buffer_bytes);
  above(&config::max_body_bytes, &config::max_request_bytes_in_flight);
  above(&config::max_reply_bytes, &config::max_reply_bytes_in_flight);
  above(&config::max_request_line_bytes, &config::max_header_bytes);
  constexpr auto listen = &config::listen, publish_listen = &config::publish_listen,
                 tls_listen = &config::tls_listen;
  if (of.listen.empty() && of.publish_listen.empty() && of.tls_listen.empty()) {
    add(listen, publish_listen, "is empty; at least one address is needed");
  } else if (of.listen.empty() && of.tls_listen.empty()) {
    add(listen, publish_listen, "is empty; subscribers need at least one address");
  }
  const auto apart = [&](auto key, auto other) {
    const auto& b = of.*other;
    for (const auto& one : of.*key) {
      if (std::find(b.begin(), b.end(), one) == b.end() || one.ends_with(":0")) continue;
      add(key, other, '"' + one + "\" is in both; an address has one role");
    }
  };
  apart(publish_listen, listen);
  apart(tls_listen, listen);
  apart(tls_listen, publish_listen);
  const auto needs = [&](config::string config::*key, std::string_view what) {
    if (of.tls_listen.empty() || !(of.*key).empty()) return;
    add(key, tls_listen, "is not set; tls_listen needs " + std::string(what));
  };
  needs(&config::tls_certificate, "a certificate, and its key in tls_key");
  needs(&config::tls_key, "the key of tls_certificate");
  return found;
}

}  // namespace longpolld
