#pragma once

#include "longpolld/heart/hub.hpp"

#include "support/catch.hpp"

#include <boost/json.hpp>

#include <map>

namespace longpolld::test {

using namespace std::chrono_literals;

inline constexpr std::uint64_t history_key = 42;

/// The id of an event, of any category.
inline event_id id_of(const event_ptr& of) { return {of->at, category_epoch(history_key, *of->category)}; }
inline const steady_time start{1h};

struct test_poll final : poll {
  void wake(const body_ptr&) override {}
};

/// A hub with a little log of its own: numbers events and applies them.
struct bench {
  config limits;
  hub heart;
  std::map<std::string, position> tails;
  unix_ms clock = 1'000'000;

  explicit bench(config of = {}) : limits(std::move(of)), heart(limits, history_key) {}

  position tail(const std::string& name) { return tails.emplace(name, position{1'000'000, 0}).first->second; }

  event_ptr publish(const std::string& name, steady_time at = start) {
    const position before = tail(name);
    wire::draft draft{name, "\"c\"", "1"};
    auto made = wire::begin_event(draft);
    made->published = at;
    wire::finish_event(
        *made, {{std::max(++clock, before.ms + 1), before.ordinal + 1}, category_epoch(history_key, name)});
    made->category = std::make_shared<const std::string>(name);
    tails[name] = made->at;
    heart.apply({log_entry::kind::published, made->category, before, made});
    return made;
  }

  outlook announce(const subscribe_query& query) {
    auto at = heart.look(query);
    std::vector<std::pair<category_name, position>> told;
    for (const auto name : heart.unannounced(query, at)) {
      told.emplace_back(std::make_shared<const std::string>(name), tail(std::string(name)));
    }
    heart.announce(told, at);
    return at;
  }

  body_ptr subscribe(poll& one, const subscribe_query& query) {
    auto at = announce(query);
    if (auto body = heart.answer(query, at, false)) return body;
    heart.park(one, query, at, start + query.timeout, clock);
    return nullptr;
  }
};

inline subscribe_query ask(const std::vector<std::string>& names) {
  subscribe_query query;
  query.categories.assign(names.begin(), names.end());
  query.timeout = 30s;
  return query;
}

inline subscribe_query since(unix_ms ms, const std::string& name = "a") {
  auto query = ask({name});
  query.since_time = ms;
  return query;
}

inline subscribe_query after(const event_ptr& seen, const std::string& name = "a") {
  auto query = ask({name});
  query.cursor = {id_of(seen)};
  return query;
}

inline boost::json::object read(const body_ptr& body) {
  REQUIRE(body);
  return boost::json::parse(body->joined()).as_object();
}

inline std::size_t count(const body_ptr& body) { return read(body).at("events").as_array().size(); }
inline bool has_gap(const body_ptr& body) { return read(body).contains("gap"); }

inline body_ptr due(hub& of, poll& expected) {
  body_ptr body;
  CHECK(of.pop_due(body) == &expected);
  return body;
}

}  // namespace longpolld::test
