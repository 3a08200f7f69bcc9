#pragma once

#include "longpolld/heart/hub.hpp"
#include "longpolld/parts/query.hpp"
#include "longpolld/thread/store/journal_books.hpp"

#include "support/catch.hpp"
#include "support/folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace longpolld::test {

using namespace std::chrono_literals;

inline std::string read_file(const std::string& path) {
  std::ifstream from(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(from), {}};
}
inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  std::filesystem::permissions(path, std::filesystem::perms(0600));
}

/// A history with its journal, one step after the other, by a clock that stands. Opening it again is a start.
class kept_history : public critical_section {
 public:
  kept_history(const std::string& path, moment at, config of = {}, bool syncs = true)
      : limits(std::move(of)),
        now(at),
        events(limits, 99, at, 1),
        file_(path, journal_rows::whole{7, {at.wall, 0}, at.wall}, syncs) {
    books_ = std::make_unique<journal_books>(file_, *this, events);
    read = books_->load(now, [](std::int64_t, std::int64_t) {});
    if (books_->has_fresh_damage()) books_->keep_fresh_damage();
    REQUIRE_FALSE(books_->has_fresh_damage());
  }

  /// Stamps, commits, shows.
  std::vector<event_id> publish(const std::vector<std::string>& names, const std::string& data = "1") {
    ++now.wall, now.steady += 1ms;
    const auto ids = commit(names, data);
    history::publication done;
    while (!events.show(1000, done)) {
    }
    return ids;
  }
  /// Stamps and commits: the process ends before anybody sees it.
  std::vector<event_id> commit(const std::vector<std::string>& names, const std::string& data = "1") {
    std::vector<wire::draft> drafts;
    for (const auto& name : names) drafts.push_back(wire::make_draft(name, '"' + name + '"', data));
    events.stamp(drafts, now);
    std::vector<event_id> ids;
    books_->begin();
    for (auto& one : events.under_way()) {
      wire::finish_event(*one.text, one.id);
      books_->add(one.in->name(), one.id.at, wire::kept_text(*one.text));
      ids.push_back(one.id);
    }
    add_removals();
    books_->collect();
    books_->commit();
    file_.tidy();
    return ids;
  }
  /// What is written without a publish.
  void keep(bool with_progress = false) {
    books_->begin();
    add_removals();
    if (with_progress) books_->add(events.progress());
    books_->collect(1000);
    books_->commit();
    file_.tidy();
  }
  std::vector<std::string> kept(const std::string& category) {
    std::vector<std::string> all;
    const auto* in = events.find(category);
    for (std::size_t i = 0; in && i < in->ring.size(); ++i) all.emplace_back(in->ring[i]->json());
    return all;
  }
  /// What a poll gets that does not wait.
  [[nodiscard]] reach reach_after(const event_id& seen, const std::string& name) {
    subscribe_query query;
    query.categories = {name};
    query.cursor = {seen};
    return ask(query);
  }
  [[nodiscard]] reach reach_since(unix_ms ms, const std::string& name) {
    subscribe_query query;
    query.categories = {name};
    query.since_time = ms;
    return ask(query);
  }
  [[nodiscard]] std::int64_t bytes() const { return file_.bytes(); }

  const config limits;
  moment now;
  history events;
  journal_books::loaded read;

 private:
  void enter() override { CHECK_FALSE(std::exchange(is_inside_, true)); }
  void leave() override { is_inside_ = false; }
  void add_removals() {
    for (const auto& one : events.take_removals()) books_->add(one);
  }
  reach ask(const subscribe_query& query) {
    auto* in = events.find(query.categories.front());
    if (!in) in = unknown_.emplace_back(events.blank(query.categories.front())).get();
    return events.alive(reach_of(*in, query, 0), now);
  }

  bool is_inside_ = false;
  journal_file file_;
  std::unique_ptr<journal_books> books_;
  std::vector<category_record::owner> unknown_;
};

inline const moment first_start{steady_time(10h), 1'700'000'000'000};
inline moment later(std::chrono::milliseconds by, moment than = first_start) {
  return {than.steady + by, than.wall + by.count()};
}

}  // namespace longpolld::test
