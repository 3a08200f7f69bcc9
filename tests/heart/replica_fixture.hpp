#pragma once

#include "heart/hub_fixture.hpp"

#include <map>
#include <string>
#include <vector>

namespace longpolld::test {

/// A heart that follows a history which is ordered elsewhere.
struct replica : heart {
  explicit replica(config of = {}) : heart(std::move(of)) { follow(7, {start.wall, 0}); }

  void follow(std::uint64_t with_key, position base) {
    key = with_key;
    begins = base;
    n = std::max(n, base.ordinal);
    kept.clear();
    history::publication done;
    const critical_section::guard inside(*this);
    events.follow({key, base, now.wall}, now, done);
  }
  /// The next event, which everybody who follows is told of.
  event_id order(const std::string& name, bool is_missed = false) {
    ++now.wall;
    auto& all = kept[name];
    const bool is_first = all.empty();
    ++n;
    const event_id id{{now.wall, is_first ? n : all.back().ordinal + 1}, category_epoch(key, name)};
    all.push_back(id.at);
    if (is_missed) return id;
    history::publication done;
    const critical_section::guard inside(*this);
    is_well = events.apply(name, made(name, id), is_first, done);
    return id;
  }
  /// `missing`: so many of the last had not come when it was loaded.
  void fill(const std::string& name, unix_ms forgets = 0, std::size_t missing = 0) {
    std::vector<event_ptr> all;
    for (const auto& at : kept[name]) all.push_back(made(name, {at, category_epoch(key, name)}));
    all.resize(all.size() - missing);
    history::kept_category from{
        name, {std::max(begins.ms, forgets), begins.ordinal}, {now.wall - 1, n}, 0, all};
    if (!all.empty()) from.last = all.back()->at;
    history::publication done;
    const critical_section::guard inside(*this);
    events.fill(from, now, done);
  }
  /// There is no room for more than one event of this category.
  void let_go_of_all_but(const std::string& name) {
    limits.max_buffer_bytes = 1;
    order(name);
    fill(name);
    limits.max_buffer_bytes = config().max_buffer_bytes;
  }
  /// Whether a poll gets nothing and is not parked.
  bool lacks(const subscribe_query& query, bool is_current = false) {
    test_poll passing;
    passing.by = hubs[0].get();
    const auto got = hubs[0]->subscribe(passing, query, now, true, is_current);
    return got && !*got && !passing.is_parked();
  }
  event_ptr made(const std::string& name, const event_id& id) const {
    auto draft = wire::make_draft(name, '"' + name + '"', "1");
    wire::finish_event(*draft.text, id);
    draft.text->published = now.steady;
    return draft.text;
  }

  std::uint64_t key = 0, n = 0;
  position begins;
  std::map<std::string, std::vector<position>> kept;
  bool is_well = true;
};

}  // namespace longpolld::test
