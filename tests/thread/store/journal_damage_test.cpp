#include "thread/store/journal_fixture.hpp"

#include <map>

using namespace longpolld;
using namespace longpolld::test;

namespace {

struct sample {
  folder at;
  std::map<std::string, std::string> texts;  // of the events, by id
  std::vector<event_id> ids;
  std::string file, log;

  /// `in_log`: all is in the log that is written ahead, else in the file itself.
  explicit sample(bool in_log) {
    auto one = std::make_unique<kept_history>(at / "j", first_start);
    for (int i = 0; i < 10; ++i) {
      for (const auto& id : one->publish({"a", "b"}, "\"number " + std::to_string(i) + '"'))
        ids.push_back(id);
    }
    for (const std::string name : {"a", "b"}) {
      for (const auto& text : one->kept(name)) texts[text.substr(text.rfind("\"id\""))] = text;
    }
    if (!in_log) one.reset();  // which brings all into the file
    file = read_file(at / "j");
    log = in_log ? read_file(at / "j-wal") : "";
  }

  /// Whether the damaged journal was refused, or nothing that it served was altered, and nothing that was
  /// acknowledged is missing without a gap.
  bool is_honest(const std::string& with_file, const std::string& with_log) {
    write_file(at / "d", with_file);
    if (with_log.empty()) {
      std::filesystem::remove(at / "d-wal");
    } else {
      write_file(at / "d-wal", with_log);
    }
    try {
      kept_history one(at / "d", later(1s));
      bool is_whole = true;
      for (const std::string name : {"a", "b"}) {
        for (const auto& text : one.kept(name)) {
          const auto known = texts.find(text.substr(text.rfind("\"id\"")));
          if (known == texts.end() || known->second != text) return false;
        }
        const auto& first = name == "a" ? ids[0] : ids[1];
        const auto found = one.reach_after(first, name);
        if (found.end - found.index != 9) is_whole = false;
        if (found.end - found.index != 9 && !found.gap) missing_without_gap = true;
        const auto next = one.publish({name})[0];
        for (const auto& id : ids) {
          if (id == next) return false;
        }
      }
      ++(is_whole ? whole : told);
    } catch (const journal_fault&) {
      ++refused;
    }
    return true;
  }

  bool missing_without_gap = false;
  int whole = 0, told = 0, refused = 0;
};

/// A row of the log, as if the disk had changed it.
void damage(const std::string& path, int row) {
  sql_database(path, true).run(("UPDATE log SET ms=ms+1 WHERE n=" + std::to_string(row)).c_str());
}

}  // namespace

TEST_CASE(
    "a flipped byte anywhere in a journal's file alters nothing that is served and loses nothing in silence",
    "[thread]") {
  sample one(false);
  for (std::size_t i = 0; i < one.file.size(); ++i) {
    auto damaged = one.file;
    damaged[i] = static_cast<char>(damaged[i] ^ (i % 2 == 0 ? 0xff : 0x01));
    INFO("byte " << i);
    REQUIRE(one.is_honest(damaged, ""));
    REQUIRE_FALSE(one.missing_without_gap);
  }
  CHECK(one.whole > 0);
  CHECK(one.told > 100);
  CHECK(one.refused > 100);
}

TEST_CASE("a journal's log that is torn anywhere gives what was committed before", "[thread]") {
  sample one(true);
  for (std::size_t bytes = 0; bytes <= one.log.size(); bytes += bytes % 97 + 1) {
    INFO("bytes " << bytes);
    REQUIRE(one.is_honest(one.file, one.log.substr(0, bytes)));
  }
  CHECK(one.whole == 0);
  CHECK(one.is_honest(one.file, one.log));
  CHECK(one.whole == 1);
}

TEST_CASE(
    "a flipped byte anywhere in a journal's log loses nothing in silence but the last transaction, and is "
    "told once",
    "[thread]") {
  sample one(true);
  const auto frame = 4096U + 24U;
  // The last transaction looks torn, as if the power had been cut.
  const auto last = [&] {
    auto commits = std::vector<std::size_t>();
    for (std::size_t at = 32; at + frame <= one.log.size(); at += frame) {
      if (one.log.substr(at + 4, 4) != std::string(4, '\0')) commits.push_back(at + frame);
    }
    return commits.at(commits.size() - 2);
  }();
  for (std::size_t i = 0; i < last; i += i < 64 ? 1 : i % 61 + 1) {
    auto damaged = one.log;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    INFO("byte " << i << " of " << last);
    REQUIRE(one.is_honest(one.file, damaged));
    REQUIRE_FALSE(one.missing_without_gap);
  }
  CHECK(one.told > 100);
}

TEST_CASE("what a damaged log cut off is a gap over the next starts, and no news", "[thread]") {
  const folder at;
  std::vector<event_id> ids;
  std::string log, file;
  {
    kept_history one(at / "j", first_start);
    for (int i = 0; i < 10; ++i) ids.push_back(one.publish({"a"})[0]);
    file = read_file(at / "j");
    log = read_file(at / "j-wal");
  }
  log[log.size() / 2] = static_cast<char>(log[log.size() / 2] ^ 1);
  write_file(at / "j", file);
  write_file(at / "j-wal", log);
  REQUIRE(find_log_damage(at / "j"));
  event_id newest;
  {
    kept_history one(at / "j", later(1s));
    CHECK(one.read.damaged > 0);
    CHECK(one.kept("a").size() < 10);
    CHECK(one.reach_after(ids[0], "a").gap);
    CHECK(one.reach_after(ids[9], "a").gap);
    newest = one.publish({"a"})[0];
    CHECK(newest.at.ordinal > ids[9].at.ordinal);
    CHECK_FALSE(one.reach_after(newest, "a").gap);
    CHECK(one.publish({"new"})[0].at.ordinal > ids[9].at.ordinal);  // there might have been one of this name
    CHECK_FALSE(find_log_damage(at / "j"));
  }
  for (int start = 0; start < 2; ++start) {
    kept_history one(at / "j", later(2s));
    CHECK(one.read.damaged == 0);
    CHECK(one.reach_after(ids[0], "a").gap);
    CHECK_FALSE(one.reach_after(newest, "a").gap);
  }
}

TEST_CASE("damage of a log is found by the next start too where one ends before it could tell", "[thread]") {
  sample one(true);
  one.log[one.log.size() / 2] = static_cast<char>(one.log[one.log.size() / 2] ^ 1);
  write_file(one.at / "d", one.file);
  write_file(one.at / "d-wal", one.log);
  for (int start = 0; start < 2; ++start) {
    const journal_file file(one.at / "d", std::nullopt, true);
    CHECK(file.log_damage());
  }
  CHECK(find_log_damage(one.at / "d"));
  CHECK(kept_history(one.at / "d", later(1s)).read.damaged > 0);
  CHECK_FALSE(std::filesystem::exists(one.at / "d-wal"));
}

TEST_CASE("what two power cuts left of torn transactions is no damage", "[thread]") {
  const folder at;
  std::string file, log;
  std::size_t end = 0;  // of the log before the one that is torn, as by a power cut
  const auto tear = [&](const std::vector<std::string>& names, moment begun) {
    {
      kept_history one(at / "j", begun);
      if (end == 0) {
        for (int i = 0; i < 5; ++i) one.publish({"a"});
        end = read_file(at / "j-wal").size();
      }
      one.publish(names, '"' + std::string(6000, 'x') + '"');
      file = read_file(at / "j");
      log = read_file(at / "j-wal");
    }
    log.replace(end, 4096 + 24, 4096 + 24, '\0');
    write_file(at / "j", file);
    write_file(at / "j-wal", log);
    CHECK_FALSE(find_log_damage(at / "j"));
  };
  tear(std::vector<std::string>(40, "a"), first_start);
  const auto bytes = log.size();
  tear({"b"}, later(1s));
  CHECK(log.size() == bytes);  // so much is left of the first
  kept_history one(at / "j", later(2s));
  CHECK(one.read.damaged == 0);
  CHECK(one.kept("a").size() == 5);
}

TEST_CASE("pages that a power cut lost where they were not synced are a gap, and no damage", "[thread]") {
  sample one(true);
  one.log[one.log.size() / 2] = static_cast<char>(one.log[one.log.size() / 2] ^ 1);
  write_file(one.at / "d", one.file);
  write_file(one.at / "d-wal", one.log);
  kept_history start(one.at / "d", later(1s), {}, false);
  CHECK(start.read.damaged == 0);
  CHECK(start.reach_after(one.ids[0], "a").gap);
}

TEST_CASE("a log that was begun anew over an old one is not damaged", "[thread]") {
  const folder at;
  kept_history one(at / "j", first_start);
  for (int i = 0; i < 2'500; ++i) {
    one.publish({"a"}, '"' + std::string(3000, 'x') + '"');  // beyond what a log may have
    if (i % 250 == 0) CHECK_FALSE(find_log_damage(at / "j"));
  }
  CHECK_FALSE(find_log_damage(at / "j"));
  CHECK_FALSE(find_log_damage(at / "nowhere"));
}

TEST_CASE("a journal's log with a zeroed or random tail alters nothing that is served", "[thread]") {
  sample one(true);
  for (std::size_t bytes = 0; bytes < one.log.size(); bytes += 512) {
    auto zeroed = one.log;
    std::fill(zeroed.begin() + static_cast<std::ptrdiff_t>(bytes), zeroed.end(), '\0');
    REQUIRE(one.is_honest(one.file, zeroed));
    auto noise = one.log;
    for (std::size_t i = bytes; i < noise.size(); ++i) noise[i] = static_cast<char>(i * 2654435761U >> 13U);
    REQUIRE(one.is_honest(one.file, noise));
  }
  CHECK(one.is_honest(one.file, one.log + std::string(4096, '\x5a')));
}

TEST_CASE("a damaged row is a gap for who had not come so far, and for nobody who came later", "[thread]") {
  const folder at;
  std::vector<event_id> ids;
  {
    kept_history one(at / "j", first_start);
    for (int i = 0; i < 10; ++i) ids.push_back(one.publish({"a"})[0]);
    one.publish({"b"});
  }
  damage(at / "j", 5);
  event_id newest, of_b;
  {
    kept_history one(at / "j", later(1s));
    CHECK(one.read.damaged == 1);
    CHECK(one.kept("a").size() == 9);
    CHECK(one.reach_after(ids[2], "a").gap);
    CHECK(one.reach_after(ids[9], "a").gap);  // nobody knows whose row it was
    newest = one.publish({"a"})[0];
    of_b = one.publish({"b"})[0];
    CHECK_FALSE(one.reach_after(newest, "a").gap);
  }
  for (int start = 0; start < 3; ++start) {
    kept_history one(at / "j", later(2s));
    CHECK(one.kept("a").size() == 10);
    CHECK_FALSE(one.reach_after(newest, "a").gap);
    CHECK_FALSE(one.reach_after(of_b, "b").gap);
    CHECK(one.reach_after(ids[2], "a").gap);  // it has not been told yet
  }
  damage(at / "j", 2);  // and another is told anew
  kept_history one(at / "j", later(3s));
  CHECK(one.kept("a").size() == 9);
  CHECK(one.reach_after(newest, "a").gap);
}

TEST_CASE("what lives before and behind a damaged row outlives the collector, and so does the gap",
          "[thread]") {
  const folder at;
  config of;
  of.max_event_buffer_size = 50;
  const std::string data = '"' + std::string(400, 'x') + '"';
  std::vector<event_id> ids;
  {
    kept_history one(at / "j", first_start, of);
    for (int i = 0; i < 10; ++i) ids.push_back(one.publish({"a"})[0]);
  }
  damage(at / "j", 5);
  std::int64_t largest = 0;
  for (int start = 0; start < 3; ++start) {
    kept_history one(at / "j", later(1s), of);
    CHECK(one.kept("a").size() == 9);
    CHECK(one.reach_after(ids[2], "a").gap);
    for (int i = 0; i < 200; ++i) one.publish(std::vector<std::string>(50, "busy"), data);
    largest = std::max(largest, one.bytes());
  }
  CHECK(largest < 10 << 20);  // each life would have added five
  kept_history one(at / "j", later(2s), of);
  CHECK(one.read.damaged == 0);  // the row has left the file
  CHECK(one.kept("a").size() == 9);
  const auto next = one.publish({"a"})[0];
  CHECK(next.at.ordinal > ids.back().at.ordinal + 1);  // the damaged one may have had that number
  CHECK_FALSE(one.reach_after(next, "a").gap);
}
