#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace bench {

/// The server that is measured, from outside: its processes in /proc.
struct target {
  int port = 0;
  std::vector<int> processes;

  /// Seconds on a processor, of all threads.
  [[nodiscard]] double cpu() const {
    double sum = 0;
    for (const int id : processes) {
      for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(id) + "/task")) {
        std::ifstream in(task.path() / "schedstat");
        double nanoseconds = 0;
        in >> nanoseconds;
        sum += nanoseconds / 1e9;
      }
    }
    return sum;
  }

  /// Bytes of user memory, proportional set size.
  [[nodiscard]] double memory() const {
    double sum = 0;
    for (const int id : processes) {
      std::ifstream in("/proc/" + std::to_string(id) + "/smaps_rollup");
      for (std::string line; std::getline(in, line);) {
        if (line.starts_with("Pss:")) sum += 1024.0 * std::atof(line.c_str() + 4);
      }
    }
    return sum;
  }
};

}  // namespace bench
