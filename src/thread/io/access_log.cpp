#include "longpolld/thread/io/access_log.hpp"

#include "longpolld/thread/io/output_lock.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace longpolld {
namespace {

/// -1 with errno where it cannot be opened. Nobody is waited for who would read a pipe.
int open_to_append(const std::string& file) {
  if (file.empty()) return ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int made = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
  if (made >= 0) ::fcntl(made, F_SETFL, O_APPEND);
  return made;
}

int opened(const std::string& file) {
  const int made = open_to_append(file);
  if (made >= 0) return made;
  throw access_log::fault("cannot open access_log_file " + file + ": " + std::strerror(errno));
}

/// Whether what is left of these lines begins within one.
bool is_torn(std::string_view lines, std::string_view rest) {
  return rest.size() < lines.size() && lines[lines.size() - rest.size() - 1] != '\n';
}

}  // namespace

access_log::access_log(const std::string& file)
    : file_(file),
      descriptor_(opened(file)),
      queue_(queue_bytes_max, [this](std::string_view lines, std::size_t lost) { write(lines, lost == 0); }) {
}

access_log::~access_log() {
  // A thread that is left blocked in a write must not find another file behind the number.
  if (queue_.end()) ::close(descriptor_);
}

void access_log::add(std::string_view lines, std::size_t count) noexcept {
  if (!queue_.add(lines, count)) lose(count, "it is written too slowly");
}

void access_log::reopen() noexcept {
  is_renamed_ = true;
  queue_.ask();
}

void access_log::write(std::string_view lines, bool is_whole) {
  // Before it is known what was added since: that may go to the new file, too.
  const bool is_renamed = is_renamed_.exchange(false);
  std::string_view line_end = is_torn_ && !lines.empty() ? "\n" : "", rest = lines;
  int failed = 0;
  {
    const auto alone = file_.empty() ? std::unique_lock(output_lock()) : std::unique_lock<std::mutex>();
    failed = log::write_all(descriptor_, line_end);
    if (failed == 0) failed = log::write_all(descriptor_, rest);
  }
  if (!lines.empty()) is_torn_ = !line_end.empty() || (!rest.empty() && is_torn(lines, rest));
  if (failed != 0) {
    lose(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')), std::strerror(failed));
  } else if (is_whole && !lines.empty()) {
    is_told_ = false;
  }
  if (is_renamed) open_anew();
}

void access_log::open_anew() {
  const int made = open_to_append(file_);
  if (made < 0) {
    log::error("the access log cannot be opened", {{"file", file_}, {"why", std::strerror(errno)}});
    return;
  }
  ::close(descriptor_);
  descriptor_ = made;
  is_torn_ = false;
}

void access_log::lose(std::size_t lines, std::string_view why) noexcept {
  dropped_.fetch_add(static_cast<std::int64_t>(lines), std::memory_order_relaxed);
  if (is_told_.exchange(true)) return;
  log::error("lines of the access log are dropped", {{"file", file_}, {"why", why}});
}

}  // namespace longpolld
