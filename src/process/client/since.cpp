#include "longpolld/process/client/since.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"
#include "longpolld/words/quantity.hpp"

#include <algorithm>

namespace longpolld {
namespace {

using std::chrono::milliseconds;
using sys_milliseconds = std::chrono::sys_time<milliseconds>;

std::string since_time(sys_milliseconds at) {
  return std::to_string(std::max<std::int64_t>(0, at.time_since_epoch().count()));
}

/// Takes parts of fixed width from the front of a text. After the first that does not fit all fail.
class part_reader {
 public:
  explicit part_reader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    const auto found = rest_.size() < digits ? std::nullopt : whole_number<int>(rest_.substr(0, digits));
    if (!found) return fail();
    rest_.remove_prefix(digits);
    return *found;
  }
  /// Any one of these characters.
  char one_of(std::string_view all) {
    if (rest_.empty() || all.find(rest_.front()) == std::string_view::npos) return static_cast<char>(fail());
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }
  /// Of ".123456" the milliseconds; 0 when there is no point.
  int fraction() {
    if (!rest_.starts_with('.')) return 0;
    rest_.remove_prefix(1);
    int made = 0, digits = 0;
    for (; !rest_.empty() && ascii::is_digit(rest_.front()); rest_.remove_prefix(1), ++digits) {
      if (digits < 3) made = made * 10 + (rest_.front() - '0');
    }
    if (digits == 0) return fail();
    for (; digits < 3; ++digits) made *= 10;
    return made;
  }
  [[nodiscard]] bool is_at_end() const { return !failed_ && rest_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  int fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::optional<sys_milliseconds> read_rfc3339(std::string_view text) {
  using namespace std::chrono;
  part_reader at(text);
  const int year_number = at.number(4);
  at.one_of("-");
  const int month_number = at.number(2);
  at.one_of("-");
  const int day_number = at.number(2);
  at.one_of("Tt ");
  const int hour = at.number(2);
  at.one_of(":");
  const int minute = at.number(2);
  at.one_of(":");
  const int second = at.number(2);
  const int fraction = at.fraction();
  const char zone = at.one_of("Zz+-");
  minutes offset{0};
  if (zone == '+' || zone == '-') {
    const int hours_off = at.number(2);
    at.one_of(":");
    const int minutes_off = at.number(2);
    if (hours_off > 23 || minutes_off > 59) return std::nullopt;
    offset = hours(hours_off) + minutes(minutes_off);
    if (zone == '-') offset = -offset;
  }
  const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number))};
  const bool is_leap_second = second == 60;
  if (!at.is_at_end() || !date.ok() || hour > 23 || minute > 59 || (second > 59 && !is_leap_second))
    return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(fraction) - offset;
}

outcome<std::string> read_since(std::string_view text, sys_milliseconds now) {
  if (text == "now") return std::string();
  if (text == "all") return std::string("0");
  if (whole_number<std::int64_t>(text)) return std::string(text);
  if (const auto at = read_rfc3339(text)) return since_time(*at);
  const auto end =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), ascii::is_digit) - text.begin());
  const auto count = whole_number<std::int64_t>(text.substr(0, end));
  const auto factor = milliseconds_in(text.substr(end));
  std::int64_t past = 0;
  if (count && factor && !__builtin_mul_overflow(*count, *factor, &past))
    return since_time(now - milliseconds(past));
  return error{
      0, '"' + std::string(text) +
             "\" is not a time; allowed is 30s, 10m or 2h before now, all, now, a number of milliseconds "
             "since 1970, or 2026-01-31T12:00:00Z"};
}

}  // namespace longpolld
