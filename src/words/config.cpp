#include "longpolld/words/config.hpp"

#include "longpolld/words/option_rows.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

namespace longpolld {
namespace {

constexpr std::string_view listening = "Listening", access = "Access and browsers", buffer = "Buffer",
                           timeouts = "Timeouts", per_request = "Limits per request and reply",
                           per_address = "Limits per client address", whole = "Limits of the whole server",
                           logging = "Logging";

// In the order of --help. Names that golongpoll has keep golongpoll's meaning.
const option first_rows[] = {
    // clang-format off
    {"listen", listening, &config::listen, {}, "ADDRESS",
     "Addresses to serve on: 127.0.0.1:8080, [::1]:8080, localhost:8080, 8080 (this machine only), :8080 "
     "or *:8080 (every address, IPv4 and IPv6). Port 0: the system chooses one.",
     "nobody else reaches it until you say so"},
    {"publish_listen", listening, &config::publish_listen, {}, "ADDRESS",
     "Addresses that alone answer POST /publish; none: the addresses of listen answer it too.",
     "one address is enough while only trusted programs reach it"},
    {"tls_listen", listening, &config::tls_listen, {}, "ADDRESS",
     "Addresses that speak HTTPS (TLS 1.2 and 1.3) and answer what those of listen answer. A handshake has "
     "head_timeout_seconds; a connection that a limit refuses is closed before it, without a word.",
     "it takes a certificate"},
    {"tls_certificate", listening, &config::tls_certificate, {}, "FILE",
     "Certificate of tls_listen's addresses and those that vouch for it, in PEM, the server's own first.",
     "only you can get one for your host", reloads},
    {"tls_key", listening, &config::tls_key, {}, "FILE",
     "Private key of tls_certificate, in PEM, without a passphrase.",
     "only you have it", reloads},
    {"tls_client_ca", listening, &config::tls_client_ca, {}, "FILE",
     "Certificates, in PEM, one of which must have signed that of a client of tls_listen's addresses; none: "
     "clients need no certificate.",
     "browsers have none", reloads},
    {"admin_listen", listening, &config::admin_listen, {}, "ADDRESS",
     "Addresses that alone answer GET /metrics and what is below /admin/, and nothing else, in plain HTTP. "
     "Who is on this machine needs no credentials there; others need those of a [[key]] with admin = true.",
     "who reaches them sees what there is, and may purge it"},
    {"threads", listening, &config::threads, {0, 256}, "",
     "Threads that serve, each with connections of its own; 0: one per core.",
     "more threads than cores gain nothing"},

    {"cors_allow_origins", access, &config::cors_allow_origins, {}, "ORIGIN",
     "Origins of other sites whose pages may subscribe and publish: https://example.org, or * for all. "
     "null stands for pages opened from files and for sandboxed frames of anybody.",
     "a browser lets only pages of the server's own origin in", reloads},
    {"allowed_hosts", access, &config::allowed_hosts, {}, "HOST",
     "Hosts besides localhost that a request over a loopback address may name, such as the site of a proxy "
     "on the same machine: example.org, example.org:8080, or * for all. Others are answered 421.",
     "a page under a foreign name that resolves to this machine (DNS rebinding) gets nothing", reloads},
    {"known_categories", access, &config::known_categories, {}, "PATTERN",
     "Categories that there are, as names in which * stands for any characters: news, farm.*. Any other is "
     "answered 404, to subscribers and publishers alike. None: every name is a category.",
     "publishers make categories by publishing to them, as in golongpoll", reloads},
    {"token_cookie", access, &config::token_cookie, {}, "NAME",
     "Name of a cookie whose value counts as a Bearer token. It does not count on requests of pages whose "
     "origin is not among cors_allow_origins.",
     "a browser adds cookies to requests whether the user wants it or not", reloads},
    {"token_in_query", access, &config::token_in_query, {}, "",
     "Whether the query parameter token counts as a Bearer token.",
     "addresses end up in the logs of proxies and in browsers' histories", reloads},
    {"trusted_proxies", access, &config::trusted_proxies, {}, "NETWORK",
     "Proxies, as addresses or networks, whose X-Forwarded-For is believed. A request from one without "
     "that header is not limited per address.",
     "a proxy on the same machine is yours"},
    {"demo", access, choice_of<&config::demo>, {}, "auto on off",
     "Whether the demo pages are served at / and /demo/: on, off, or auto: on while every address is a "
     "loopback one.",
     "behind a proxy on the same machine the whole world would see them", reloads},
    {"shared_cache_seconds", access, &config::shared_cache_seconds, {0, 3600, unit::seconds}, "",
     "How long shared caches may keep replies to subscribers without credentials who show where they stand, "
     "of categories that anyone may read: a cache that collapses equal requests then parks one poll for all "
     "its clients. One that fell behind may be so many seconds late. 0: nobody keeps anything.",
     "it takes a cache in front", reloads},

    {"max_event_buffer_size", buffer, &config::max_event_buffer_size, {1, 10'000'000}, "",
     "Events kept of each category. Beyond it the oldest are dropped.",
     "as in golongpoll"},
    {"event_time_to_live_seconds", buffer, &config::event_time_to_live_seconds,
     {0, 100LL * 366 * option_day, unit::seconds}, "",
     "How long an event is kept; 0: as long as there is room.",
     "for ever, as in golongpoll"},
    {"delete_event_after_first_retrieval", buffer, &config::delete_event_after_first_retrieval, {}, "",
     "Deletes an event once a subscriber has retrieved it.",
     "all subscribers get all events, as in golongpoll"},
    {"max_categories", buffer, &config::max_categories, {1, 100'000'000}, "",
     "Categories whose history is remembered. Beyond it the least recently used idle one is forgotten.",
     "more than most sites use; each takes memory even when it is empty"},
    {"max_buffer_bytes", buffer, &config::max_buffer_bytes, {4096, 1024 * option_gib, unit::bytes}, "",
     "Memory for all kept events together. Beyond it the least recently used idle categories are dropped.",
     "with max_request_bytes_in_flight and max_reply_bytes_in_flight it stays below 512 MiB"},
    // clang-format on
};

// Behind those of the store.
const option later_rows[] = {
    // clang-format off
    {"default_longpoll_timeout_seconds", timeouts, &config::default_longpoll_timeout_seconds,
     {1, option_day, unit::seconds}, "",
     "How long a poll without a timeout waits for an event.",
     "half of the 60 s after which common proxies give up", reloads},
    {"max_longpoll_timeout_seconds", timeouts, &config::max_longpoll_timeout_seconds,
     {1, option_day, unit::seconds}, "",
     "Longest timeout that a poll may ask for; longer ones are answered 400.",
     "as in golongpoll", reloads},
    {"head_timeout_seconds", timeouts, &config::head_timeout_seconds, {1, 3600, unit::seconds}, "",
     "Time from a request's first byte to the end of its header; later ones are answered 408. A new "
     "connection has so long to its first byte, a handshake of TLS included; then it is closed.",
     "even slow networks need less; a client that drips bytes does not hold a connection", reloads},
    {"body_timeout_seconds", timeouts, &config::body_timeout_seconds, {1, 3600, unit::seconds}, "",
     "Time from the end of the header to the end of the body, however fast the body comes; later ones are "
     "answered 408.",
     "a body of max_body_bytes at 35 KB/s", reloads},
    {"body_grace_seconds", timeouts, &config::body_grace_seconds, {1, 3600, unit::seconds}, "",
     "Time that any body may take before min_body_bytes_per_second is asked of it.",
     "slow starts and lost packets are forgiven", reloads},
    {"min_body_bytes_per_second", timeouts, &config::min_body_bytes_per_second,
     {0, option_gib, unit::bytes_per_second}, "",
     "Slowest upload allowed after body_grace_seconds; slower bodies are answered 408; 0: no minimum.",
     "every mobile network is faster", reloads},
    {"idle_timeout_seconds", timeouts, &config::idle_timeout_seconds, {1, option_day, unit::seconds}, "",
     "How long a connection may wait for its next request before it is closed.",
     "above the 90 s for which Go's client keeps an idle one, so that the client closes first", reloads},
    {"write_timeout_seconds", timeouts, &config::write_timeout_seconds, {1, 3600, unit::seconds}, "",
     "How long the reader of a reply may stand still before it is disconnected; its cursor still stands, "
     "so that it loses no event.",
     "a reader that is there takes something within this time", reloads},
    {"min_reply_bytes_per_second", timeouts, &config::min_reply_bytes_per_second,
     {0, option_gib, unit::bytes_per_second}, "",
     "Slowest reading allowed. Each of this many bytes read adds a second to a reply's deadline, which is "
     "never more than write_timeout_seconds ahead; 0: any byte moves it that far.",
     "every mobile network is faster", reloads},
    {"drain_delay_seconds", timeouts, &config::drain_delay_seconds, {0, 3600, unit::seconds}, "",
     "Time after SIGTERM during which all is served on, but /readyz answers 503.",
     "a balancer that asks once a second looks elsewhere meanwhile", reloads},
    {"drain_timeout_seconds", timeouts, &config::drain_timeout_seconds, {1, 3600, unit::seconds}, "",
     "Longest time that stopping may take after drain_delay_seconds; then connections that are left are "
     "cut off.",
     "as long as write_timeout_seconds gives a reader", reloads},

    {"max_request_line_bytes", per_request, &config::max_request_line_bytes, {64, 16'384, unit::bytes}, "",
     "Longest request line; longer ones are answered 414.",
     "RFC 9112 section 3 asks for 8000 bytes at least", reloads},
    {"max_header_bytes", per_request, &config::max_header_bytes, {256, 32'768, unit::bytes}, "",
     "Longest request line and header together; longer ones are answered 431.",
     "the same as in HAProxy and Node", reloads},
    {"max_header_fields", per_request, &config::max_header_fields, {1, 1'000}, "",
     "Header fields of a request; more are answered 431.",
     "the same as in Apache", reloads},
    {"max_body_bytes", per_request, &config::max_body_bytes, {1, option_gib, unit::bytes}, "",
     "Largest request body; larger ones are answered 413.",
     "as much as nginx passes unless told otherwise", reloads},
    {"max_event_bytes", per_request, &config::max_event_bytes, {1, 64LL << 20, unit::bytes}, "",
     "Largest data of one event; larger ones are answered 413.",
     "far more than a message; as large as in Centrifugo", reloads},
    {"max_batch_events", per_request, &config::max_batch_events, {1, 1'000'000}, "",
     "Events in one publish request; more are answered 413.",
     "a request stays short; a publisher with more sends another one", reloads},
    {"max_events_per_reply", per_request, &config::max_events_per_reply, {1, 1'000'000}, "",
     "Events in one reply; the rest comes with the next poll.",
     "one full buffer, as max_event_buffer_size has it by default"},
    {"max_reply_bytes", per_request, &config::max_reply_bytes, {4096, option_gib, unit::bytes}, "",
     "Bytes of events in one reply; the rest comes with the next poll.",
     "a page on a slow line has it within seconds"},
    {"max_requests_per_connection", per_request, &config::max_requests_per_connection, {0, 1'000'000'000}, "",
     "Requests answered before a connection is closed; 0: no limit.",
     "the same as in nginx; load spreads anew behind a balancer", reloads},

    {"max_connections_per_address", per_address, &config::max_connections_per_address, {0, 100'000'000}, "",
     "Connections at once from one address (IPv6: one /64) other than a trusted proxy; more are answered "
     "429 and closed; 0: no limit.",
     "1,000 browsers with six connections each behind one address"},
    {"max_parked_polls_per_address", per_address, &config::max_parked_polls_per_address, {0, 100'000'000}, "",
     "Polls that wait at once for one client address (IPv6: one /64); more are answered 429; 0: no limit.",
     "an office of 1,000 with four tabs each behind one address"},
    {"max_parked_seats_per_address", per_address, &config::max_parked_seats_per_address, {0, 1'000'000'000}, "",
     "Categories that all waiting polls of one client address wait for, each poll's counted; more are "
     "answered 429; 0: no limit.",
     "four for each of max_parked_polls_per_address, so that few addresses cannot fill max_parked_seats"},
    {"max_events_per_second_per_address", per_address, &config::max_events_per_second_per_address,
     {0, 1'000'000'000}, "",
     "Events that one client address may publish per second, and in one burst after a rest; more are "
     "answered 429; 0: no limit.",
     "your own programs publish most, from one address"},

    {"max_wrong_credentials_per_second_per_address", per_address,
     &config::max_wrong_credentials_per_second_per_address, {0, 1'000'000'000}, "",
     "Wrong tokens and secrets that one client address may send per second, and in one burst after a rest; "
     "then new credentials of this address are answered 429, tokens that were verified before go on; 0: no "
     "limit.",
     "looking at that many signatures takes one thread about a hundredth of its time"},

    {"max_connections", whole, &config::max_connections, {1, 100'000'000}, "",
     "Connections at once, all threads together; more are answered 503 and closed.",
     "some 20,000 browsers with three tabs each"},
    {"max_admin_connections", whole, &config::max_admin_connections, {1, 10'000}, "",
     "Connections at once to the addresses of admin_listen from elsewhere, and as many from this machine; more are "
     "answered 503 and closed; one address elsewhere may have an eighth of them, or four. No other limit on "
     "connections counts them.",
     "a server that is full can be looked at, and looking at it takes no subscriber's place"},
    {"max_parked_polls", whole, &config::max_parked_polls, {1, 100'000'000}, "",
     "Polls that wait at once, all threads together; more are answered 503.",
     "above max_connections, which is reached first"},
    {"max_parked_polls_per_category", whole, &config::max_parked_polls_per_category, {1, 100'000'000}, "",
     "Polls that wait at once for one category, all threads together; more are answered 503.",
     "the same as max_parked_polls: everybody may wait for the same"},
    {"max_parked_seats", whole, &config::max_parked_seats, {1, 1'000'000'000}, "",
     "Categories that all waiting polls wait for, each poll's counted; more are answered 503. Each takes "
     "up to 330 bytes and its name.",
     "four categories for each of max_parked_polls"},
    {"max_request_bytes_in_flight", whole, &config::max_request_bytes_in_flight,
     {4096, 1024 * option_gib, unit::bytes}, "",
     "Memory for all requests that are incomplete or wait for their turn. Beyond it the oldest of them are "
     "answered 503, so that nobody can keep others out.",
     "64 of max_body_bytes at once"},
    {"max_cached_tokens", whole, &config::max_cached_tokens, {2, 10'000'000}, "",
     "Verified tokens that each thread remembers until they expire, so that their signatures are verified "
     "once. Beyond it those that were not used for the longest go, and are verified again.",
     "as many users as one thread is likely to have; each takes about a kilobyte"},
    {"max_reply_bytes_in_flight", whole, &config::max_reply_bytes_in_flight,
     {4096, 1024 * option_gib, unit::bytes}, "",
     "Memory for all replies that are not read yet; what many get is counted once per thread, events in "
     "large replies once. Beyond it readers that never read are disconnected, then those that have stood "
     "still the longest; their cursors still stand.",
     "128 of max_reply_bytes at once"},

    {"log_level", logging, choice_of<&config::log_level>, {}, "debug info warn error off",
     "Least severe messages to log: debug (also a line per request), info (start, stop and limits), warn, "
     "error or off.",
     "a busy server has too many requests for a line each", reloads},
    {"log_format", logging, choice_of<&config::log_format>, {}, "auto text journal json",
     "Form of the lines: text (with the time), journal (with the priorities of systemd), json, or auto: "
     "journal under systemd, else text.",
     "each place gets the form that it reads"},
    {"logging_enabled", logging, &config::logging_enabled, {}, "",
     "false is the same as log_level = off.",
     "golongpoll's name, for those who move over", reloads},
    {"access_log", logging, choice_of<&config::access_log>, {}, "off text json",
     "A line for each request once it is answered, to access_log_file: time, client, name of its key or token, "
     "method, path, status, bytes, seconds, and how a poll ended that was parked.",
     "who wants it knows where to keep it"},
    {"access_log_file", logging, &config::access_log_file, {}, "FILE",
     "Where access_log's lines are appended; none: standard output. SIGUSR2 opens it anew, as logrotate wants "
     "it.",
     "a service's standard output is kept already"},
    // clang-format on
};

const std::vector<option>& table() {
  static const std::vector<option> all = [] {
    std::vector<option> made(std::begin(first_rows), std::end(first_rows));
    const auto kept = store_options();
    made.insert(made.end(), kept.begin(), kept.end());
    made.insert(made.end(), std::begin(later_rows), std::end(later_rows));
    return made;
  }();
  return all;
}

template <class Member>
const option& row_of(Member member) {
  const auto found = std::find_if(table().begin(), table().end(), [&](auto& s) {
    const auto* of = std::get_if<Member>(&s.where);
    return of && *of == member;
  });
  assert(found != table().end());
  return *found;
}

}  // namespace

std::span<const option> all_options() { return table(); }

const option* find_option(std::string_view name) {
  const auto found =
      std::find_if(table().begin(), table().end(), [&](auto& one) { return one.name == name; });
  return found == table().end() ? nullptr : &*found;
}

const option& option_of(config::limit member) { return row_of(member); }
const option& option_of(config::list config::*member) { return row_of(member); }
const option& option_of(config::string config::*member) { return row_of(member); }

}  // namespace longpolld
