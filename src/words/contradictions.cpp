#include "longpolld/words/contradictions.hpp"

#include <algorithm>
#include <utility>

namespace longpolld {

std::vector<contradiction> contradictions(const config& of) {
  std::vector<contradiction> found;
  const auto add = [&](auto key, auto other, std::string what) {
    found.push_back({option_of(key).name, option_of(other).name, std::move(what)});
  };
  const auto above = [&](config::limit small, config::limit large) {
    if (of.*small <= of.*large) return;
    add(small, large,
        std::to_string(of.*small) + " is above " + std::string(option_of(large).name) + " = " +
            std::to_string(of.*large) + "; it must not be larger");
  };
  above(&config::default_longpoll_timeout_seconds, &config::max_longpoll_timeout_seconds);
  above(&config::max_event_bytes, &config::max_body_bytes);
  above(&config::max_event_bytes, &config::max_reply_bytes);
  above(&config::max_event_bytes, &config::max_buffer_bytes);
  above(&config::max_body_bytes, &config::max_request_bytes_in_flight);
  above(&config::max_reply_bytes, &config::max_reply_bytes_in_flight);
  above(&config::max_request_line_bytes, &config::max_header_bytes);
  if (of.shared_cache_seconds > 0 && of.delete_event_after_first_retrieval) {
    found.push_back(
        {option_of(&config::shared_cache_seconds).name, "delete_event_after_first_retrieval",
         "cannot be used with delete_event_after_first_retrieval: a cache would give events to many that "
         "are for one"});
  }
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
  for (const auto other : {listen, publish_listen, tls_listen}) apart(&config::admin_listen, other);
  if (of.store == store_kind::journal && of.journal_file.empty()) {
    found.push_back({option_of(&config::journal_file).name, "store", "is not set; store = journal needs it"});
  }
  if (of.store == store_kind::redis) {
    if (of.redis_url.empty()) {
      found.push_back({option_of(&config::redis_url).name, "store", "is not set; store = redis needs it"});
    }
    if (of.delete_event_after_first_retrieval) {
      found.push_back(
          {"delete_event_after_first_retrieval", "store",
           "cannot be used with store = redis: nodes would have to agree on each reply who gets an "
           "event"});
    }
    if (of.redis_prefix.find_first_of("{}") != std::string::npos) {
      found.push_back({option_of(&config::redis_prefix).name, "store",
                       "must have no braces in it: all keys lie in one slot of a cluster by {log}"});
    }
  }
  const auto needs = [&](config::string config::*key, std::string_view what) {
    if (of.tls_listen.empty() || !(of.*key).empty()) return;
    add(key, tls_listen, "is not set; tls_listen needs " + std::string(what));
  };
  needs(&config::tls_certificate, "a certificate, and its key in tls_key");
  needs(&config::tls_key, "the key of tls_certificate");
  if (!of.access_log_file.empty() && of.access_log == access_log_format::off) {
    found.push_back(
        {option_of(&config::access_log_file).name, "access_log", "is set, but access_log is off"});
  }
  if (!of.token_cookie.empty()) {
    for (const auto* open : {"*", "null"}) {
      const auto& origins = of.cors_allow_origins;
      if (std::find(origins.begin(), origins.end(), open) == origins.end()) continue;
      add(&config::token_cookie, &config::cors_allow_origins,
          "cannot be used with the origin " + std::string(open) +
              ": pages of anybody would act for whoever is signed in");
    }
  }
  return found;
}

}  // namespace longpolld
