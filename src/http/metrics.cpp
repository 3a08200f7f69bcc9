#include "longpolld/http/metrics.hpp"

#include "longpolld/http/access/hook_desk.hpp"
#include "longpolld/http/router.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace longpolld {
namespace {

using kind = metric::kind;
using samples = std::vector<metric::sample>;
using sources = metric_sources;

template <class Number>
void add(samples& into, Number value, std::vector<metric::label> labels = {}) {
  into.push_back({std::move(labels), static_cast<double>(value)});
}

/// The sum of what `of(each)` gives for all of these.
template <class All, class Of>
std::int64_t sum(const All& all, Of of) {
  std::int64_t total = 0;
  for (const auto& each : all) total += of(*each).now();
  return total;
}

// How a row reads what each shard counts, by the member that does.

template <tally http_tally::*Which>
void read_http(const sources& from, samples& into) {
  add(into, sum(from.homes, [](http_shard& home) -> const tally& { return home.counted().*Which; }));
}

template <tally hub::tallies::*Which>
void read_given(const sources& from, samples& into) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < from.pool.size(); ++i) total += (from.pool[i].given().*Which).now();
  add(into, total);
}

template <const time_tally& (shard::*Which)() const>
void read_times(const sources& from, samples& into) {
  time_counts total;
  for (std::size_t i = 0; i < from.pool.size(); ++i) (from.pool[i].*Which)().add_to(total);
  into.push_back({{}, total});
}

/// One sample for each name of an enum.
template <auto Which>
void read_each(const sources& from, samples& into, std::string_view label,
               std::span<const std::string_view> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    add(into, sum(from.homes, [&](http_shard& home) -> const tally& { return (home.counted().*Which)[i]; }),
        {{label, std::string(names[i])}});
  }
}

void read_build(const sources& from, samples& into) {
  add(into, 1, {{"version", LONGPOLLD_VERSION}, {"store", std::string(name_of(from.limits.store))}});
}

void read_polls_ended(const sources& from, samples& into) {
  read_each<&http_tally::polls_ended>(from, into, "end", poll_end_names);
}

void read_verdicts(const sources& from, samples& into) {
  read_each<&http_tally::verdicts>(from, into, "verdict", access_verdict_names);
}

void read_stages(const sources& from, samples& into) {
  const auto& names = connection_stage_names;
  const auto parked = from.shared.parked();
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto count =
        sum(from.homes, [&](http_shard& home) -> const tally& { return home.counted().connections[i]; });
    if (static_cast<connection_stage>(i) == connection_stage::waiting) {
      add(into, std::min(parked, count), {{"state", "parked"}});
      count -= std::min(parked, count);
    }
    add(into, std::max<std::int64_t>(0, count), {{"state", std::string(names[i])}});
  }
}

void read_requests(const sources& from, samples& into) {
  constexpr std::array classes = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  const auto all = routes();
  for (std::size_t i = 0; i <= all.size(); ++i) {
    const auto row = i < all.size() ? i : http_tally::routes_max;
    const std::string path(i < all.size() ? all[i].path : std::string_view("none"));
    for (std::size_t status = 1; status < classes.size(); ++status) {
      const auto count = sum(
          from.homes, [&](http_shard& home) -> const tally& { return home.counted().requests[row][status]; });
      add(into, count, {{"endpoint", path}, {"status", classes[status]}});
    }
  }
}

// What is longer is cut to these, waited for until then, or forgotten first: nobody is refused by them, or
// told by another's name, and nobody counts.
constexpr config::limit uncounted_limits[] = {&config::default_longpoll_timeout_seconds,
                                              &config::drain_timeout_seconds,
                                              &config::idle_timeout_seconds,
                                              &config::max_cached_tokens,
                                              &config::max_event_buffer_size,
                                              &config::max_events_per_reply,
                                              &config::max_idempotency_keys,
                                              &config::max_longpoll_timeout_seconds,
                                              &config::max_reply_bytes,
                                              &config::max_requests_per_connection,
                                              &config::redis_timeout_seconds,
                                              &config::store_timeout_seconds};

/// Those that are limits; times and sizes that nobody can reach are none.
void read_limits(const sources& from, samples& into) {
  for (const auto& one : all_options()) {
    const auto* limit = std::get_if<config::limit>(&one.where);
    const bool is_limit = one.name.starts_with("max_") || one.name.starts_with("min_") ||
                          one.name.ends_with("_timeout_seconds");
    const bool is_counted =
        limit && std::count(std::begin(uncounted_limits), std::end(uncounted_limits), *limit) == 0;
    if (!is_limit || !is_counted) continue;
    add(into, from.shared.count(*limit), {{"limit", std::string(one.name)}});
  }
}

void read_turns(const sources& from, samples& into) {
  for (std::size_t i = 0; i < from.pool.size(); ++i) {
    time_counts counts;
    from.pool[i].turns().add_to(counts);
    into.push_back({{{"shard", std::to_string(i)}}, counts});
  }
}

void read_turn_ages(const sources& from, samples& into) {
  const auto now = read_steady();
  for (std::size_t i = 0; i < from.pool.size(); ++i) {
    const std::chrono::duration<double> age = from.pool[i].turn_age(now);
    add(into, age.count(), {{"shard", std::to_string(i)}});
  }
}

void read_store_state(const sources& from, samples& into) {
  const auto now = from.pool.keeps().current_state();
  for (const auto one : {store::state::loading, store::state::ready, store::state::failing}) {
    add(into, one == now ? 1 : 0, {{"state", std::string(name_of(one))}});
  }
}

void read_store_times(const sources& from, samples& into) {
  time_counts counts;
  from.pool.keeps().counted().commits.add_to(counts);
  if (from.limits.store != store_kind::memory) into.push_back({{}, counts});
}

void read_file_bytes(const sources& from, samples& into) {
  if (from.limits.store == store_kind::journal) add(into, from.pool.keeps().counted().bytes.now());
}

void read_redis_connects(const sources& from, samples& into) {
  if (from.limits.store == store_kind::redis) add(into, from.pool.keeps().counted().connected.now());
}

void read_redis_behind(const sources& from, samples& into) {
  if (from.limits.store == store_kind::redis) add(into, from.pool.keeps().counted().behind.now());
}

void read_credentials(const sources& from, samples& into) {
  const auto of = [&](tally authorizer::tallies::*which) {
    return sum(from.homes, [&](http_shard& home) -> const tally& { return home.access().counted().*which; });
  };
  add(into, of(&authorizer::tallies::known), {{"found", "known"}});
  add(into, of(&authorizer::tallies::verified), {{"found", "verified"}});
  add(into, of(&authorizer::tallies::wrong), {{"found", "wrong"}});
}

void read_hook(const sources& from, samples& into) {
  const auto of = [&](tally hook::tallies::*which) {
    std::int64_t total = 0;
    for (const auto& desk : from.hooks) {
      for (std::size_t i = 0; desk && i < from.pool.size(); ++i) total += (desk->counted(i).*which).now();
    }
    return total;
  };
  add(into, of(&hook::tallies::asked), {{"answer", "asked"}});
  add(into, of(&hook::tallies::joined), {{"answer", "joined"}});
  add(into, of(&hook::tallies::known), {{"answer", "known"}});
}

void read_handshakes(const sources& from, samples& into) {
  const auto of = [&](tally tls_handshakes::tallies::*which) {
    return sum(from.homes,
               [&](http_shard& home) -> const tally& { return home.handshakes().counted.*which; });
  };
  add(into, of(&tls_handshakes::tallies::done), {{"result", "done"}});
  add(into, of(&tls_handshakes::tallies::failed), {{"result", "failed"}});
}

constexpr metric_row table[] = {
    {"longpolld_build_info", kind::gauge, "1, with the version and the store as labels.", read_build},
    {"longpolld_uptime_seconds", kind::gauge, "Since the server began.",
     [](const sources& from, samples& into) {
       add(into, std::chrono::duration<double>(read_steady() - from.begun).count());
     }},
    {"longpolld_draining", kind::gauge, "1 while the server ends.",
     [](const sources& from, samples& into) { add(into, from.shared.draining ? 1 : 0); }},
    {"longpolld_connections_by_state", kind::gauge, "Open connections by what they are doing.", read_stages},
    {"longpolld_connections_accepted_total", kind::counter, "Connections taken.",
     read_http<&http_tally::accepted>},
    {"longpolld_parked_seats", kind::gauge, "Categories that parked polls wait on, each poll's for itself.",
     [](const sources& from, samples& into) { add(into, from.shared.seats()); }},
    {"longpolld_polls_ended_total", kind::counter, "Parked polls that ended, by how.", read_polls_ended},
    {"longpolld_requests_total", kind::counter,
     "Requests answered, by endpoint and class of status; none: of no path, or not readable.", read_requests},
    {"longpolld_request_duration_seconds", kind::histogram,
     "From a request's header to its reply, but for polls that were parked and at admin_listen.",
     read_times<&shard::done>},
    {"longpolld_received_bytes_total", kind::counter, "Bytes of requests, without TLS.",
     read_http<&http_tally::received_bytes>},
    {"longpolld_sent_bytes_total", kind::counter, "Bytes of replies, without TLS.",
     read_http<&http_tally::sent_bytes>},
    {"longpolld_events_delivered_total", kind::counter, "Events in replies, each reply's for itself.",
     read_given<&hub::tallies::events>},
    {"longpolld_gaps_told_total", kind::counter, "Replies that tell of a gap.",
     read_given<&hub::tallies::gaps>},
    {"longpolld_wake_latency_seconds", kind::histogram,
     "From an event's publishing to the reply that wakes a poll with it.", read_times<&shard::wake_latency>},
    {"longpolld_shard_turn_duration_seconds", kind::histogram,
     "For how long a thread works before it looks for more to do.", read_turns},
    {"longpolld_shard_turn_age_seconds", kind::gauge,
     "For how long a thread has worked without looking for more: it grows where one stands still.",
     read_turn_ages},
    {"longpolld_limit_reached_total", kind::counter, "Times that a limit was reached, by its option.",
     read_limits},
    {"longpolld_access_log_dropped_total", kind::counter,
     "Lines of the access log that found no room, in its queue or on the disk.",
     [](const sources& from, samples& into) { add(into, from.lines ? from.lines->dropped() : 0); }},
    {"longpolld_store_state", kind::gauge, "1 for the state that the store is in.", read_store_state},
    {"longpolld_store_waiting_events", kind::gauge, "Events that wait for the store.",
     [](const sources& from, samples& into) { add(into, from.pool.keeps().waiting()); }},
    {"longpolld_store_refused_total", kind::counter, "Requests that the store could not fulfil.",
     [](const sources& from, samples& into) {
       add(into, from.pool.keeps().counted().refused.load(std::memory_order_relaxed));
     }},
    {"longpolld_store_commit_duration_seconds", kind::histogram,
     "How long the journal's commits take, or a publish's way to Redis and back.", read_store_times},
    {"longpolld_store_file_bytes", kind::gauge, "Bytes of the journal's files.", read_file_bytes},
    {"longpolld_redis_connects_total", kind::counter, "Times that Redis could be used, or could again.",
     read_redis_connects},
    {"longpolld_redis_entries_behind", kind::gauge, "Entries of the log in Redis that are not applied yet.",
     read_redis_behind},
    {"longpolld_access_verdicts_total", kind::counter,
     "Subscribing and publishing requests by whether they may.", read_verdicts},
    {"longpolld_access_credentials_total", kind::counter,
     "Credentials shown; known: a key, or a token that was remembered.", read_credentials},
    {"longpolld_access_hook_total", kind::counter,
     "Questions for the site's backend; joined: one under way was the same, known: it was answered before.",
     read_hook},
    {"longpolld_tls_handshakes_total", kind::counter, "Handshakes of TLS that ended.", read_handshakes},
};

}  // namespace

std::string_view name_of(store_kind is) {
  constexpr std::array<std::string_view, 3> names = {"memory", "journal", "redis"};
  return names[static_cast<std::size_t>(is)];
}

std::string_view name_of(store::state is) {
  constexpr std::array<std::string_view, 3> names = {"loading", "ready", "failing"};
  return names[static_cast<std::size_t>(is)];
}

std::span<const metric_row> metric_rows() { return table; }

}  // namespace longpolld
