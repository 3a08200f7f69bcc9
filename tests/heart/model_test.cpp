#include "heart/hub_fixture.hpp"

#include <map>
#include <random>
#include <set>

using namespace longpolld;
using namespace longpolld::test;

namespace {

constexpr std::size_t shards = 3;
constexpr std::size_t clients = 24;
constexpr int names = 6;

/// A client that follows one to three categories by its cursor. Ordinals count, so it knows what must come
/// next.
class follower {
 public:
  follower(std::size_t of_shard, std::mt19937& random) : shard(of_shard) {
    const auto count = 1 + random() % 3;
    while (at_.size() < count) at_.emplace("c" + std::to_string(random() % names), no_position);
  }

  [[nodiscard]] subscribe_query query() const {
    subscribe_query asks;
    asks.timeout = 30s;
    for (const auto& [name, place] : at_) {
      asks.categories.push_back(name);
      if (begun_) asks.cursor.push_back(place);
    }
    return asks;
  }

  void take(const body_ptr& body) {
    const auto reply = read(body);
    std::set<std::string> gaps;
    if (reply.contains("gap")) {
      for (const auto& name : reply.at("gap").as_array()) gaps.emplace(name.as_string());
    }
    auto told = gaps;
    if (reply.contains("events")) {
      CHECK(reply.at("events").as_array().size() > 0);
      for (const auto& one : reply.at("events").as_array()) {
        auto& place = at_.at(std::string(one.at("category").as_string()));
        const auto id = decode(*parse_uuid(std::string(one.at("id").as_string())));
        REQUIRE(id);
        const bool may_skip = !begun_ || gaps.erase(std::string(one.at("category").as_string())) > 0;
        CHECK((may_skip || (id->epoch == place.epoch && id->at.ordinal == place.at.ordinal + 1)));
        CHECK((!begun_ || place.at.ordinal < id->at.ordinal || may_skip));
        CHECK((!begun_ || id->at.ms > promised_));
        place = *id;
        ++events;
      }
    } else {
      promised_ = reply.at("timestamp").as_int64();
    }
    const auto after = next(body).cursor;
    REQUIRE(after.size() == at_.size());
    std::size_t i = 0;
    for (auto& [name, place] : at_) {
      CHECK((!begun_ || told.contains(name) || after[i].at.ordinal == place.at.ordinal));
      place = after[i++];
    }
    begun_ = true;
  }

  [[nodiscard]] const std::map<std::string, event_id>& at() const { return at_; }

  [[nodiscard]] bool has_begun() const { return begun_; }

  const std::size_t shard;
  test_poll poll;
  std::size_t events = 0;

 private:
  std::map<std::string, event_id> at_;
  bool begun_ = false;
  unix_ms promised_ = 0;
};

/// Random steps of publishers, clients and shards, one at a time: whatever their order, nothing is skipped in
/// silence, doubled or late, and in the end everybody has everything.
void play(const config& limits, unsigned seed) {
  CAPTURE(seed);
  std::mt19937 random(seed);
  heart one(limits, shards);
  std::vector<std::unique_ptr<follower>> all;
  for (std::size_t i = 0; i < clients; ++i) all.push_back(std::make_unique<follower>(i % shards, random));
  const auto owner = [&](const longpolld::poll* of) -> follower& {
    return **std::find_if(all.begin(), all.end(), [&](auto& client) { return &client->poll == of; });
  };
  const auto pop = [&](std::size_t shard) {
    body_ptr body;
    auto* due = one.hubs[shard]->pop_due(body);
    if (due) owner(due).take(body);
    return due != nullptr;
  };
  const auto step = [&] {
    auto& client = *all[random() % clients];
    const auto shard = random() % shards;
    auto& hub = *one.hubs[shard];
    switch (random() % 16) {
      case 0:
      case 1: {
        std::vector<std::string> batch;
        for (auto count = random() % 8 == 0 ? 12U : 1 + random() % 2; count > 0; --count) {
          batch.push_back("c" + std::to_string(random() % (random() % 3 == 0 ? 40 : names)));
        }
        return static_cast<void>(one.try_publish(batch));
      }
      case 2:
        one.now.wall += random() % 20;
        one.now.steady += std::chrono::milliseconds(random() % 200);
        return;
      case 3:
        if (client.poll.is_parked() || client.poll.is_due()) one.hubs[client.shard]->leave(client.poll);
        return;
      case 4:
        return hub.sweep(random() % 4);
      case 5:
        if (!pop(shard)) hub.time_out_any(one.now);
        return;
      case 6:
        return static_cast<void>(hub.peek(client.query(), one.now));
      case 7: {
        discarded_events discarded;
        if (limits.event_time_to_live_seconds > 0) one.events.expire(one.now, discarded);
        return;
      }
      case 8:
      case 9:
      case 10:
      case 11:
        if (client.poll.is_parked() || client.poll.is_due()) return;
        if (const auto body = one.subscribe(client.poll, client.query(), client.shard)) client.take(body);
        return;
      default:
        if (!pop(shard)) hub.serve(one.now);
    }
  };
  for (int i = 0; i < 6'000; ++i) step();
  // Once all shards are quiet nobody waits for what is there already.
  for (std::size_t i = 0; i < shards; ++i) {
    while (pop(i) || one.hubs[i]->serve(one.now)) {
    }
  }
  for (const auto& client : all) {
    if (!client->poll.is_parked() || !client->has_begun()) continue;
    CHECK(is_timeout(one.hubs[client->shard]->peek(client->query(), one.now)));
  }
  // The end: everyone polls until there is nothing more, and so has seen the last event of each category.
  std::size_t events = 0;
  for (auto& client : all) {
    one.hubs[client->shard]->leave(client->poll);
    body_ptr body;
    do {
      body = *one.hubs[client->shard]->subscribe(client->poll, client->query(), one.now, false);
      client->take(body);
    } while (!is_timeout(body));
    for (const auto& [name, place] : client->at()) {
      const auto* record = one.events.find(name);
      if (record) CHECK(place.at.ordinal == record->ring.last().ordinal);
    }
    events += client->events;
  }
  CHECK(events > 500);
  for (std::size_t i = 0; i < shards; ++i) {
    CHECK(one.hubs[i]->parked() == 0);
    while (one.hubs[i]->serve(one.now)) {
    }
  }
  for (int i = 0; i < names; ++i) {
    const auto* record = one.events.find("c" + std::to_string(i));
    if (!record) continue;
    CHECK(record->polls == 0);
    CHECK_FALSE(record->is_busy());
    CHECK(record->ring.size() <= static_cast<std::size_t>(limits.max_event_buffer_size));
  }
}

}  // namespace

TEST_CASE("in any order of steps each event comes once and in time, or its loss is told as a gap",
          "[heart]") {
  config limits;
  const auto seed = GENERATE(range(1U, 17U));
  play(limits, seed);
  limits.max_event_buffer_size = 4;
  limits.max_events_per_reply = 3;
  play(limits, seed);
  limits.max_categories = 5;
  play(limits, seed);
  limits.event_time_to_live_seconds = 1;
  limits.max_buffer_bytes = 8'192;
  play(limits, seed);
}
