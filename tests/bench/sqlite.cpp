// The floor of a journal: plain SQLite that commits the same rows in groups of the same size. The size may be
// a fraction: then groups of the next smaller and the next larger take turns.
//     bench_sqlite FILE ROWS_PER_COMMIT COMMITS DATA_BYTES
#include "plain_sqlite.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main(int count, char** words) try {
  if (count != 5) throw std::runtime_error("bench_sqlite FILE ROWS_PER_COMMIT COMMITS DATA_BYTES");
  const double rows = std::atof(words[2]);
  const int commits = std::atoi(words[3]);
  bench::plain_sqlite one(words[1], static_cast<std::size_t>(std::atoi(words[4])));
  std::vector<double> times;
  const double begun = now();
  for (int i = 0; i < commits; ++i) {
    const double at = now();
    one.commit(static_cast<std::int64_t>(rows * (i + 1)) - one.rows());
    times.push_back(now() - at);
  }
  const double took = now() - begun;
  std::sort(times.begin(), times.end());
  const auto quantile = [&](double part) {
    return 1e3 * times[std::min(times.size() - 1,
                                static_cast<std::size_t>(part * static_cast<double>(times.size())))];
  };
  std::printf("commits_s %.0f events_s %.0f p50_ms %.3f p99_ms %.3f max_ms %.3f\n", commits / took,
              static_cast<double>(one.rows()) / took, quantile(0.5), quantile(0.99), quantile(1));
  return 0;
} catch (const std::exception& failed) {
  std::fprintf(stderr, "%s\n", failed.what());
  return 1;
}
