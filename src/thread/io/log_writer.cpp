#include "longpolld/thread/io/log_writer.hpp"

#include "longpolld/thread/io/output_lock.hpp"

namespace longpolld {
namespace {

void put(std::string_view lines, std::size_t dropped) {
  const std::lock_guard alone(output_lock());
  log::put(lines);
  // A line that is not to be dropped itself.
  if (dropped > 0) log::put(log::render(log::level::warn, "log lines were dropped", {{"lines", dropped}}));
}

}  // namespace

log_writer::log_writer() : queue_(queue_bytes_max, put) { log::install(this); }

log_writer::~log_writer() {
  if (!queue_.end()) log::least = log::level::off;
  log::install(nullptr);
}

}  // namespace longpolld
