#include "longpolld/process/client/event_line.hpp"

#include "longpolld/parts/wire_read.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <unistd.h>

namespace longpolld {
namespace {

constexpr std::string_view faint = "\x1b[2m", cyan = "\x1b[36m", plain = "\x1b[0m";

std::string on_one_line(std::string_view text) {
  std::string made(text);
  std::replace_if(
      made.begin(), made.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return made;
}

/// "12:34:56.789", with the date before it on another day than today.
std::string local_time(std::int64_t unix_milliseconds) {
  const auto at = static_cast<std::time_t>(unix_milliseconds / 1'000);
  const auto now = std::time(nullptr);
  std::tm then{}, today{};
  if (!::localtime_r(&at, &then) || !::localtime_r(&now, &today)) return std::to_string(unix_milliseconds);
  const bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  char text[64];
  const auto size = std::strftime(text, sizeof text, is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03d", static_cast<int>(unix_milliseconds % 1'000));
  return std::string(text, size) + fraction;
}

}  // namespace

event_form usual_form() {
  if (::isatty(STDOUT_FILENO) != 1) return event_form::json;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool is_plain = (no_colour && *no_colour) || !terminal || std::string_view(terminal) == "dumb";
  return is_plain ? event_form::pretty : event_form::coloured;
}

std::string event_line(std::string_view event, event_form as) {
  if (as == event_form::json) return on_one_line(event);
  const auto read = wire::read_one_event(event);
  if (!read || read->timestamp < 0) return utf8::escaped(on_one_line(event));
  if (as == event_form::data) return on_one_line(read->data);
  const auto time = local_time(read->timestamp);
  const auto category = utf8::escaped(read->category);
  const auto data = utf8::escaped(on_one_line(read->data));
  if (as == event_form::pretty) return time + "  " + category + "  " + data;
  return std::string(faint) + time + std::string(plain) + "  " + std::string(cyan) + category +
         std::string(plain) + "  " + data;
}

}  // namespace longpolld
