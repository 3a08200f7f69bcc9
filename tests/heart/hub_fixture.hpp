#pragma once

#include "longpolld/heart/hub.hpp"

#include "support/catch.hpp"

#include <boost/json.hpp>

#include <memory>
#include <vector>

namespace longpolld::test {

using namespace std::chrono_literals;

inline const moment start{steady_time(1h), 1'000'000};

/// A poll that leaves the hub it was parked by, as a connection does.
struct test_poll final : poll {
  ~test_poll() {
    if (by) by->leave(*this);
  }
  void wake(const body_ptr&) override {}

  hub* by = nullptr;
};

/// A history, as many hubs as there would be threads, and a clock that stands. Everything happens in one
/// thread, one step after the other.
class heart : public critical_section {
 public:
  explicit heart(config of = {}, std::size_t shards = 1)
      : limits(std::move(of)), events(limits, 42, start, shards) {
    for (std::size_t i = 0; i < shards; ++i) hubs.push_back(std::make_unique<hub>(limits, events, *this, i));
  }

  config limits;
  history events;
  std::vector<std::unique_ptr<hub>> hubs;
  moment now = start;
  history::publication last;  ///< what the last publish() did, but for what it discarded

  outcome<event_ids> try_publish(const std::vector<std::string>& names) {
    std::vector<wire::draft> drafts;
    for (const auto& name : names) {
      const auto quoted = '"' + name + '"';
      drafts.push_back(wire::make_draft(name, quoted, "1"));
    }
    history::publication done;
    const auto refused = events.publish(drafts, now, done);
    last.rung = done.rung, last.dropped = done.dropped, last.forgot = done.forgot;
    if (refused) return *refused;
    return done.ids;
  }
  event_id publish(const std::string& name = "a") {
    ++now.wall;
    return try_publish({name})->at(0);
  }
  void publish(int count, const std::string& name) {
    while (count-- > 0) publish(name);
  }

  outcome<body_ptr> try_subscribe(test_poll& one, const subscribe_query& query, std::size_t shard = 0) {
    one.by = hubs[shard].get();
    return hubs[shard]->subscribe(one, query, now, true);
  }
  body_ptr subscribe(test_poll& one, const subscribe_query& query, std::size_t shard = 0) {
    return *try_subscribe(one, query, shard);
  }
  /// What a poll gets that does not wait.
  body_ptr look(const subscribe_query& query) {
    test_poll passing;
    return *hubs[0]->subscribe(passing, query, now, false);
  }

  /// The next poll that is due, and its reply; null when there is none.
  poll* due(body_ptr& body, std::size_t shard = 0) {
    do {
      if (auto* one = hubs[shard]->pop_due(body)) return one;
    } while (hubs[shard]->serve(now));
    return nullptr;
  }
  body_ptr due(poll& expected, std::size_t shard = 0) {
    body_ptr body;
    CHECK(due(body, shard) == &expected);
    return body;
  }
  bool is_quiet(std::size_t shard = 0) {
    body_ptr body;
    return due(body, shard) == nullptr;
  }
  /// The reply of the next poll whose time is over.
  body_ptr timed_out(poll& expected, std::size_t shard = 0) {
    body_ptr body;
    if (!hubs[shard]->time_out(now)) return nullptr;
    CHECK(hubs[shard]->pop_due(body) == &expected);
    return body;
  }
  body_ptr time_out(poll& expected) {
    body_ptr body;
    REQUIRE(hubs[0]->time_out_any(now));
    CHECK(hubs[0]->pop_due(body) == &expected);
    return body;
  }

  bool is_inside = false;

 private:
  void enter() override {
    CHECK_FALSE(is_inside);
    is_inside = true;
  }
  void leave() override { is_inside = false; }
};

inline subscribe_query ask(const std::vector<std::string>& names) {
  subscribe_query query;
  query.categories.assign(names.begin(), names.end());
  query.timeout = 30s;
  return query;
}

inline subscribe_query since(unix_ms ms, const std::vector<std::string>& names = {"a"}) {
  auto query = ask(names);
  query.since_time = ms;
  return query;
}

inline subscribe_query after(const event_id& seen, const std::string& name = "a") {
  auto query = ask({name});
  query.cursor = {seen};
  return query;
}

inline boost::json::object read(const body_ptr& body) {
  REQUIRE(body);
  return boost::json::parse(body->joined()).as_object();
}

inline std::size_t count(const body_ptr& body) {
  const auto all = read(body);
  return all.contains("events") ? all.at("events").as_array().size() : 0;
}
inline bool has_gap(const body_ptr& body) { return read(body).contains("gap"); }
inline bool is_timeout(const body_ptr& body) { return read(body).contains("timeout"); }
inline bool has(const body_ptr& body, const event_id& id) {
  return body->joined().find("\"id\":\"" + to_text(id)) != std::string::npos;
}
/// The query that goes on where the reply ends.
inline subscribe_query next(const body_ptr& body, const std::vector<std::string>& names = {"a"}) {
  auto query = ask(names);
  const std::string text(read(body).at("cursor").as_string());
  for (std::size_t at = 0; at < text.size(); at += uuid_chars + 1) {
    query.cursor.push_back(*decode(*parse_uuid(text.substr(at, uuid_chars))));
  }
  return query;
}

}  // namespace longpolld::test
