#include "process/journal_remains.hpp"

#include <csignal>
#include <map>
#include <random>

using namespace longpolld;
using namespace longpolld::test;

// A power cut leaves what was synced, and of what was written since then any part.

namespace {

constexpr std::size_t sector_bytes = 512;

/// What is on the disk for certain, sync by sync, as the preloaded library has recorded it.
class synced_disk {
 public:
  explicit synced_disk(faulty_disk& of) : of_(of) {}

  /// The next sync, if there is one.
  bool next() {
    if (number_ >= of_->syncs) return false;
    before_ = files_;
    const auto suffix = ".synced." + std::to_string(++number_);
    if (take(of_ / ("j" + suffix), files_["j"])) ++file_syncs_;
    for (const std::string name : {"j-wal", "j-journal"}) take(of_ / (name + suffix), files_[name]);
    std::string names;
    if (take(of_ / suffix, names)) names_ = '\n' + names;
    return true;
  }
  [[nodiscard]] bool has_file() const { return has("j"); }
  [[nodiscard]] int file_syncs() const { return file_syncs_; }
  [[nodiscard]] journal_files kept() const { return as_files(files_); }
  /// As it was before the last sync, with a part of what that one brought to the disk.
  template <class Choice>
  [[nodiscard]] journal_files torn(Choice is_written) const {
    auto mixed = before_;
    for (const auto& [name, after] : files_) mix(mixed[name], after, is_written);
    return as_files(mixed);
  }

 private:
  using contents = std::map<std::string, std::string>;

  static bool take(const std::string& path, std::string& into) {
    if (!std::filesystem::exists(path)) return false;
    into = read_file(path);
    std::filesystem::remove(path);
    return true;
  }
  template <class Choice>
  static void mix(std::string& into, const std::string& after, Choice is_written) {
    const auto sectors = (std::max(into.size(), after.size()) + sector_bytes - 1) / sector_bytes;
    for (std::size_t i = 0; i < sectors; ++i) {
      const auto at = i * sector_bytes;
      const auto fresh = after.substr(std::min(at, after.size()), sector_bytes);
      if (into.compare(std::min(at, into.size()), fresh.size(), fresh) == 0 || !is_written(i, sectors))
        continue;
      if (into.size() < at + fresh.size()) into.resize(at + fresh.size(), '\0');
      into.replace(at, fresh.size(), fresh);
    }
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return names_.find('\n' + name + '\n') != std::string::npos;
  }
  [[nodiscard]] journal_files as_files(const contents& of) const {
    const auto text = [&](const std::string& name) { return of.contains(name) ? of.at(name) : ""; };
    const auto beside = [&](const std::string& name) {
      return has(name) ? std::optional(text(name)) : std::nullopt;
    };
    return {text("j"), beside("j-wal"), beside("j-journal")};
  }

  faulty_disk& of_;
  std::int64_t number_ = 0;
  int file_syncs_ = 0;
  std::string names_;  // in the folder
  contents files_, before_;
};

}  // namespace

TEST_CASE("what was acknowledged outlives a power cut at every sync, and in the middle of what follows it",
          "[kill]") {
  faulty_disk at;
  at->records = 1;
  config of;
  of.max_event_buffer_size = 20;
  process server(journal_flags(at / "j", {"--max-event-buffer-size", "20"}), at.environment());
  client by(server.port());
  synced_disk disk(at);
  std::vector<acknowledged_event> told;  // once the publishers know, what is on the disk must have it
  std::mt19937 random(5);
  int cuts = 0;
  const auto check = [&](const journal_files& remains, const char* how) {
    INFO("cut " << cuts << ": " << how);
    const auto breaches = breaches_of(remains, of, 12, told);
    for (const auto& one : breaches) UNSCOPED_INFO(one);
    REQUIRE(breaches.empty());
  };
  const auto look = [&] {
    while (disk.next()) {
      if (!disk.has_file()) continue;  // it has not even been made
      ++cuts;
      check(disk.kept(), "nothing that was not synced");
      check(disk.torn([](std::size_t i, std::size_t all) { return i < all / 2; }), "the first half");
      check(disk.torn([&](std::size_t, std::size_t) { return random() % 2 == 0; }), "some sectors");
    }
  };
  REQUIRE(is_ready(server.port()));
  for (int n = 0; n < 130; ++n) {
    look();
    auto more = told;
    const bool is_rare = n % 10 == 0;
    REQUIRE(publish_some(by, is_rare ? "rare" : "often", std::string(is_rare ? 100 : 25'000, 'x'), 1 + n % 4,
                         more, n % 3 == 0 ? "key-" + std::to_string(n) : ""));
    const auto seen = at->syncs.load();
    look();
    told = std::move(more);
    if (seen == at->syncs) check(disk.kept(), "what was just acknowledged");
  }
  CHECK(cuts > 130);
  CHECK(disk.file_syncs() > 2);  // the log was copied into the file, and begun anew
  server.signal(SIGKILL);
  REQUIRE(server.wait());
  at->records = 0;
  // And a whole server on what is left.
  look();
  disk.kept().put(at / "left");
  process next(journal_flags(at / "left"));
  REQUIRE(is_ready(next.port()));
  const auto all = all_of(next.port(), "rare");
  REQUIRE_FALSE(all.empty());
  std::string last;
  for (const auto& one : told) {
    if (one.category == "rare") last = one.id;
  }
  CHECK(all.back().first == last);
}
