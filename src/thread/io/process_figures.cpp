#include "longpolld/thread/io/process_figures.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <cmath>
#include <ctime>
#include <dirent.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace longpolld {
namespace {

constexpr const char* descriptors = "/proc/self/fd";

double seconds(const timeval& of) {
  return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
}

double seconds_on(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Since Linux 6.2 the directory's size is their number; before, it is 0.
std::int64_t count_descriptors() {
  struct stat of {};
  if (::stat(descriptors, &of) == 0 && of.st_size > 0) return of.st_size;
  const std::unique_ptr<DIR, int (*)(DIR*)> all(::opendir(descriptors), ::closedir);
  if (!all) return 0;
  std::int64_t count = -3;  // itself, and the two names of directories
  while (::readdir(all.get())) ++count;
  return count;
}

/// /proc/self/stat from its third field on: the second is a name, which may have blanks.
std::vector<std::string> fields_of(std::string_view text) {
  const auto end = text.rfind(") ");
  if (end == std::string_view::npos) return {};
  return ascii::split(text.substr(end + 2), ' ');
}

}  // namespace

process_figures process_figures::read() {
  process_figures made;
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto fields = fields_of(text);
  const auto number = [&](std::size_t field) {  // as proc(5) counts them
    return field - 3 < fields.size() ? whole_number<std::int64_t>(fields[field - 3]).value_or(0) : 0;
  };
  constexpr std::size_t threads = 20, start_ticks = 22, resident_pages = 24;
  made.threads = number(threads);
  made.resident_bytes = number(resident_pages) * ::sysconf(_SC_PAGESIZE);
  const auto age = seconds_on(CLOCK_BOOTTIME) -
                   static_cast<double>(number(start_ticks)) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  // Whole seconds: the clocks are read one after the other, and a time that changes looks like a restart.
  if (!fields.empty()) made.begun_seconds = std::round(seconds_on(CLOCK_REALTIME) - age);
  made.open_descriptors = count_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    made.descriptors_max = static_cast<std::int64_t>(limit.rlim_cur);
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    made.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  return made;
}

}  // namespace longpolld
