// The journal alone, without HTTP or a thread that waits for another: it stamps, commits and shows groups of
// events of 200 bytes, in turns with plain SQLite that commits the same rows in the same groups, on one disk
// in one thread.
//     bench_store FOLDER ROWS_PER_COMMIT COMMITS
#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/journal_books.hpp"

#include "plain_sqlite.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace longpolld;

constexpr int turns = 20;
constexpr std::size_t categories = 1000;

class unshared final : public critical_section {
  void enter() override {}
  void leave() override {}
};

class journal_alone {
 public:
  explicit journal_alone(const std::string& path)
      : events_(limits_, 1, read_clocks(), 1),
        file_(path, journal_rows::whole{1, {1, 0}, 1}, true),
        books_(file_, section_, events_) {
    books_.load(read_clocks(), [](std::int64_t, std::int64_t) {});
  }
  void commit(std::size_t rows) {
    std::vector<wire::draft> drafts;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto name = std::to_string(10'000 + next_++ % categories);
      drafts.push_back(wire::make_draft(name, '"' + name + '"', data_));
    }
    events_.stamp(drafts, read_clocks());
    books_.begin();
    for (const auto& one : events_.under_way()) {
      wire::finish_event(*one.text, one.id);
      books_.add(one.in->name(), one.id.at, wire::kept_text(*one.text));
    }
    books_.collect();
    books_.commit();
    history::publication done;
    while (!events_.show(64, done)) {
    }
    file_.tidy();
  }

 private:
  static config limited() {
    config of;
    of.max_event_buffer_size = 1000;
    return of;
  }
  const config limits_ = limited();
  unshared section_;
  history events_;
  journal_file file_;
  journal_books books_;
  std::size_t next_ = 0;
  const std::string data_ = '"' + std::string(200, 'x') + '"';
};

}  // namespace

int main(int count, char** words) try {
  if (count != 4) throw std::runtime_error("bench_store FOLDER ROWS_PER_COMMIT COMMITS");
  const auto rows = static_cast<std::size_t>(std::atoi(words[2]));
  const int commits = std::atoi(words[3]) / turns;
  category_hash::key = {1, 2};
  journal_alone ours(std::string(words[1]) + "/ours");
  bench::plain_sqlite plain((std::string(words[1]) + "/plain").c_str(), 231);
  const auto seconds = [&](auto commit) {
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < commits; ++i) commit();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  std::vector<double> ratios, rates;
  for (int turn = 0; turn < turns; ++turn) {
    const double theirs = seconds([&] { plain.commit(static_cast<std::int64_t>(rows)); });
    const double own = seconds([&] { ours.commit(rows); });
    ratios.push_back(theirs / own);
    rates.push_back(commits / own);
  }
  std::sort(ratios.begin(), ratios.end());
  std::sort(rates.begin(), rates.end());
  std::printf("commits_s %.0f ratio %.2f least %.2f most %.2f\n", rates[turns / 2], ratios[turns / 2],
              ratios.front(), ratios.back());
  return 0;
} catch (const std::exception& failed) {
  std::fprintf(stderr, "%s\n", failed.what());
  return 1;
}
