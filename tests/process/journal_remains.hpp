#pragma once

#include "longpolld/thread/shard.hpp"

#include "process/journal_server.hpp"
#include "thread/store/journal_fixture.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longpolld::test {

/// What a publisher was told of an event.
struct acknowledged_event {
  std::string category, id, data;
};

/// A journal's files, or what is left of them.
struct journal_files {
  std::string file;
  std::optional<std::string> log;
  std::optional<std::string> rollback{};  // while the file is made

  static journal_files at(const std::string& path) {
    journal_files found{read_file(path), std::nullopt};
    if (std::filesystem::exists(path + "-wal")) found.log = read_file(path + "-wal");
    return found;
  }
  void put(const std::string& path) const {
    write_file(path, file);
    std::filesystem::remove(path + "-wal");
    if (log) write_file(path + "-wal", *log);
    std::filesystem::remove(path + "-journal");
    if (rollback) write_file(path + "-journal", *rollback);
  }
};

/// Publishes `count` events of this category in one request. Adds what was acknowledged; false: nothing was.
inline bool publish_some(client& by, const std::string& category, const std::string& text, int count,
                         std::vector<acknowledged_event>& into, const std::string& key = "") {
  std::string body = "[";
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(R"({"n":)" + std::to_string(into.size() + all.size()) + R"(,"text":")" + text + "\"}");
    body += (i == 0 ? "" : ",") + (R"({"category":")" + category + R"(","data":)" + all.back() + "}");
  }
  const auto answer = by.post("/publish", body + "]", key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
  if (!answer || answer->status != 200) return false;
  const auto told = answer->json();
  for (std::size_t i = 0; i < all.size(); ++i) {
    into.push_back(
        {category, std::string(told.at("events").as_array()[i].as_object().at("id").as_string()), all[i]});
  }
  return true;
}

/// Starts on these files, as a server does, and says what is not as it must be: of each category the last
/// `most` that were acknowledged are there, once, in order, with their bytes and without a gap, and their
/// numbers are not given again.
inline std::vector<std::string> breaches_of(const journal_files& remains, const config& of, std::size_t most,
                                            const std::vector<acknowledged_event>& acknowledged) {
  std::vector<std::string> found;
  const folder at;
  remains.put(at / "j");
  kept_history one(at / "j", read_clocks(), of);
  if (one.read.damaged > 0) found.push_back("damaged: " + std::to_string(one.read.damaged));
  std::map<std::string, std::vector<const acknowledged_event*>> wanted;
  for (const auto& each : acknowledged) wanted[each.category].push_back(&each);
  for (const auto& [category, all] : wanted) {
    const auto kept = one.kept(category);
    std::map<std::string, std::string> by_id;
    std::string before;
    for (const auto& text : kept) {
      const auto event = boost::json::parse(text).as_object();
      const std::string id(event.at("id").as_string());
      if (id <= before) found.push_back("doubled or out of order: " + id);
      by_id.emplace(before = id, boost::json::serialize(event.at("data")));
    }
    const auto begin = all.size() - std::min(most, all.size());
    for (auto i = begin; i < all.size(); ++i) {
      const auto there = by_id.find(all[i]->id);
      if (there == by_id.end()) {
        found.push_back("acknowledged and gone: " + all[i]->id + " of " + category);
      } else if (there->second != all[i]->data) {
        found.push_back("altered: " + all[i]->id);
      }
    }
    if (one.reach_after(*decode(*parse_uuid(all[begin]->id)), category).gap) {
      found.push_back("a gap after " + all[begin]->id);
    }
    const auto next = to_text(one.publish({category})[0]);
    if (next <= all.back()->id || next <= before) found.push_back("given again: " + next);
  }
  return found;
}

}  // namespace longpolld::test
