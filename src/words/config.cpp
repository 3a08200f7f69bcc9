#include "longpolld/words/config.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <cassert>

namespace longpolld {
namespace {

constexpr config::number day = 86'400;
constexpr config::number gib = 1LL << 30;

/// How the table reaches a member of an enum type.
template <auto Member>
constexpr choice choice_of{[](const config& of) { return static_cast<std::size_t>(of.*Member); },
                           [](config& of, std::size_t index) {
                             of.*Member = static_cast<std::remove_reference_t<decltype(of.*Member)>>(index);
                           }};

// Reasons: golongpoll's names keep golongpoll's meaning; the others name what they guard.
const setting table[] = {
    {"listen", "Serving", &config::listen, 0, 0, "",
     "addresses to serve on, as 127.0.0.1:8080 or [::1]:8080"},
    {"publish_listen", "Serving", &config::publish_listen, 0, 0, "",
     "addresses that alone answer POST /publish; empty: it is served on listen too"},
    {"threads", "Serving", &config::threads, 0, 256, "", "shards, one thread each; 0: one per core"},
    {"cors_allow_origins", "Serving", &config::cors_allow_origins, 0, 0, "",
     "origins whose pages may read and publish, as https://example.org, or *; null: pages of files and of "
     "anyone's sandboxed frames"},
    {"allowed_hosts", "Serving", &config::allowed_hosts, 0, 0, "",
     "hosts besides localhost that requests over a loopback address may name, as a proxy's site example.org, "
     "or *; others are answered 421, so that pages of a name that resolves to this machine get nothing"},
    {"demo", "Serving", choice_of<&config::demo>, 0, 0, "auto on off",
     "the page with a form and live events at /; auto: on while every address is loopback"},
    {"drain_delay_seconds", "Serving", &config::drain_delay_seconds, 0, 3600, "",
     "seconds from SIGTERM in which /readyz is 503 and all else is served on, so that balancers look "
     "elsewhere"},
    {"drain_timeout_seconds", "Serving", &config::drain_timeout_seconds, 1, 3600, "",
     "seconds that stopping may take after drain_delay_seconds before what is left is cut off"},

    {"default_longpoll_timeout_seconds", "Polls", &config::default_longpoll_timeout_seconds, 1, day, "",
     "seconds a poll waits that names no timeout; 30 stays below the 60 of common proxies"},
    {"max_longpoll_timeout_seconds", "Polls", &config::max_longpoll_timeout_seconds, 1, day, "",
     "the longest timeout in seconds a poll may name"},
    {"max_parked_polls", "Polls", &config::max_parked_polls, 1, 100'000'000, "",
     "polls parked at once on all threads together; more are answered 503"},
    {"max_parked_polls_per_category", "Polls", &config::max_parked_polls_per_category, 1, 100'000'000, "",
     "polls parked at once on one category, on all threads together; more are answered 503"},
    {"max_parked_polls_per_address", "Polls", &config::max_parked_polls_per_address, 0, 100'000'000, "",
     "polls parked at once for one client address (IPv6: one /64), enough for an office behind one; more are "
     "answered 429; 0: no limit"},
    {"max_parked_seats", "Polls", &config::max_parked_seats, 1, 1'000'000'000, "",
     "categories waited on by all parked polls together, each poll's counted; more are answered 503; each "
     "takes up to 330 bytes and its name"},
    {"max_events_per_reply", "Polls", &config::max_events_per_reply, 1, 1'000'000, "",
     "events in one reply; the rest comes with the next poll"},
    {"max_reply_bytes", "Polls", &config::max_reply_bytes, 4096, gib, "",
     "bytes of events in one reply; the rest comes with the next poll"},

    {"max_event_buffer_size", "Events", &config::max_event_buffer_size, 1, 10'000'000, "",
     "events kept of each category; the oldest go first"},
    {"event_time_to_live_seconds", "Events", &config::event_time_to_live_seconds, 0, 100LL * 366 * day, "",
     "seconds an event is kept; 0: as long as there is room"},
    {"delete_event_after_first_retrieval", "Events", &config::delete_event_after_first_retrieval, 0, 0, "",
     "an event is deleted once a subscriber has retrieved it"},
    {"max_categories", "Events", &config::max_categories, 1, 100'000'000, "",
     "categories whose history is remembered; the least recently used idle one is forgotten first"},
    {"max_buffer_bytes", "Events", &config::max_buffer_bytes, 4096, 1024 * gib, "",
     "bytes of all kept events together; the least recently used idle categories go first"},
    {"max_event_bytes", "Events", &config::max_event_bytes, 1, 64LL << 20, "",
     "bytes of one event's data; larger ones are answered 413"},
    {"max_batch_events", "Events", &config::max_batch_events, 1, 1'000'000, "",
     "events in one publish request; more are answered 413"},

    {"max_connections", "Connections", &config::max_connections, 1, 100'000'000, "",
     "connections at once on all threads together; more are answered 503 and closed"},
    {"max_connections_per_address", "Connections", &config::max_connections_per_address, 0, 100'000'000, "",
     "connections at once from one address (IPv6: one /64) that is no trusted proxy: 1,000 browsers with six "
     "each behind one address; more are answered 429 and closed; 0: no limit"},
    {"trusted_proxies", "Connections", &config::trusted_proxies, 0, 0, "",
     "addresses and networks whose X-Forwarded-For names the client; from them without it, no limit per "
     "address holds"},
    {"max_events_per_second_per_address", "Connections", &config::max_events_per_second_per_address, 0,
     1'000'000'000, "",
     "events one client address may publish a second, and at once after a rest; more are answered 429; 0: no "
     "limit"},
    {"max_requests_per_connection", "Connections", &config::max_requests_per_connection, 0, 1'000'000'000, "",
     "requests answered before a connection is closed, so that load spreads anew; 0: no limit"},
    {"max_request_line_bytes", "Connections", &config::max_request_line_bytes, 64, 16'384, "",
     "bytes of a request line; longer ones are answered 414 (RFC 9112 section 3 asks for 8000 at least)"},
    {"max_header_bytes", "Connections", &config::max_header_bytes, 256, 32'768, "",
     "bytes of request line and header fields together; more are answered 431"},
    {"max_header_fields", "Connections", &config::max_header_fields, 1, 1'000, "",
     "header fields of a request; more are answered 431"},
    {"max_body_bytes", "Connections", &config::max_body_bytes, 1, gib, "",
     "bytes of a request body; larger ones are answered 413"},
    {"max_request_bytes_in_flight", "Connections", &config::max_request_bytes_in_flight, 4096, 1024 * gib, "",
     "bytes held of all requests that are not whole yet or wait for their turn; beyond it the oldest "
     "are answered 503, so that who fills the room keeps nobody out; with max_buffer_bytes and "
     "max_reply_bytes_in_flight below 512 MiB"},
    {"max_reply_bytes_in_flight", "Connections", &config::max_reply_bytes_in_flight, 4096, 1024 * gib, "",
     "bytes of all replies that their readers have not taken yet, one that many get counted once on each "
     "thread and each event that large ones refer to once; beyond it readers that never read on go, then "
     "those that have stood still the longest, and lose nothing"},
    {"head_timeout_seconds", "Connections", &config::head_timeout_seconds, 1, 3600, "",
     "seconds from a request's first byte to the end of its header, however the bytes drip"},
    {"body_timeout_seconds", "Connections", &config::body_timeout_seconds, 1, 3600, "",
     "seconds from the end of the header to the end of the body, however fast it comes"},
    {"body_grace_seconds", "Connections", &config::body_grace_seconds, 1, 3600, "",
     "seconds a body may take before min_body_bytes_per_second is asked of it"},
    {"min_body_bytes_per_second", "Connections", &config::min_body_bytes_per_second, 0, gib, "",
     "each so many bytes of a body earn it a second beyond body_grace_seconds; 0: no such rule"},
    {"idle_timeout_seconds", "Connections", &config::idle_timeout_seconds, 1, day, "",
     "seconds a connection may wait between requests; 120 is above the 90 for which Go's client keeps one"},
    {"write_timeout_seconds", "Connections", &config::write_timeout_seconds, 1, 3600, "",
     "seconds a reply's reader may stand still; it is cut off then and loses nothing"},
    {"min_reply_bytes_per_second", "Connections", &config::min_reply_bytes_per_second, 0, gib, "",
     "each so many bytes of a reply that are taken put its end off by a second, to write_timeout_seconds "
     "from then at most; 0: any byte puts it off to that"},

    {"log_level", "Logs", choice_of<&config::log_level>, 0, 0, "debug info warn error off",
     "debug has a line per request, info the daemon's own life"},
    {"log_format", "Logs", choice_of<&config::log_format>, 0, 0, "auto text journal json",
     "auto: journal under systemd, else text"},
    {"logging_enabled", "Logs", &config::logging_enabled, 0, 0, "",
     "false is log_level off, under golongpoll's name"},
};

std::string quoted(std::string_view text) { return '"' + utf8::escaped(text, "\"\\") + '"'; }

/// The parts of a text between a character, trimmed, without empty ones.
std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(at), text.size());
    if (const auto part = ascii::trimmed(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

std::span<const setting> settings() { return table; }

const setting* find_setting(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(table), std::end(table), [&](auto& s) { return s.name == name; });
  return found == std::end(table) ? nullptr : found;
}

const setting& setting_of(config::limit member) {
  const auto* found = std::find_if(std::begin(table), std::end(table), [&](auto& s) {
    const auto* of = std::get_if<config::limit>(&s.where);
    return of && *of == member;
  });
  assert(found != std::end(table));
  return *found;
}

std::string setting::allowed() const {
  if (std::holds_alternative<config::number config::*>(where)) {
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  }
  if (std::holds_alternative<bool config::*>(where)) return "true or false";
  if (std::holds_alternative<config::list config::*>(where)) return "a list of strings";
  std::string shown = "one of: ";
  for (const char c : words) shown += c == ' ' ? std::string(", ") : std::string(1, c);
  return shown;
}

std::string setting::show(const config& of) const {
  struct {
    const setting& one;
    const config& of;
    std::string operator()(config::number config::*m) const { return std::to_string(of.*m); }
    std::string operator()(bool config::*m) const { return of.*m ? "true" : "false"; }
    std::string operator()(const choice& m) const { return quoted(split(one.words, ' ').at(m.index(of))); }
    std::string operator()(config::list config::*m) const {
      std::string shown;
      for (const auto& part : of.*m) shown += (shown.empty() ? "" : ", ") + quoted(part);
      return '[' + shown + ']';
    }
  } visitor{*this, of};
  return std::visit(visitor, where);
}

std::optional<std::string> setting::read(config& into, config::number value) const {
  if (value < least || value > most) {
    return std::to_string(value) + " is out of range; allowed is " + allowed();
  }
  into.*std::get<config::number config::*>(where) = value;
  return std::nullopt;
}

std::optional<std::string> setting::read(config& into, std::string_view text) const {
  const auto refusal = '"' + std::string(text) + "\" is not allowed; allowed is " + allowed();
  if (std::holds_alternative<config::number config::*>(where)) {
    const auto number = whole_number<config::number>(text, true);
    return number ? read(into, *number) : refusal;
  }
  if (const auto* flag = std::get_if<bool config::*>(&where)) {
    if (text != "true" && text != "false") return refusal;
    into.*(*flag) = text == "true";
  } else if (const auto* list = std::get_if<config::list config::*>(&where)) {
    into.*(*list) = split(text, ',');
  } else {
    const auto all = split(words, ' ');
    const auto found = std::find(all.begin(), all.end(), text);
    if (found == all.end()) return refusal;
    std::get<choice>(where).choose(into, static_cast<std::size_t>(found - all.begin()));
  }
  return std::nullopt;
}

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
  if (of.listen.empty() && of.publish_listen.empty()) {
    found.push_back({"listen", "publish_listen", "is empty; at least one address is needed"});
  } else if (of.listen.empty()) {
    found.push_back({"listen", "publish_listen", "is empty; subscribers need at least one address"});
  }
  for (const auto& one : of.publish_listen) {
    if (std::find(of.listen.begin(), of.listen.end(), one) != of.listen.end() && !one.ends_with(":0")) {
      found.push_back({"publish_listen", "listen", quoted(one) + " is in both; an address has one role"});
    }
  }
  return found;
}

}  // namespace longpolld
