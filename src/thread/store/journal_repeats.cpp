#include "longpolld/thread/store/journal_books.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace longpolld {
namespace {

// An id as it is kept: milliseconds, ordinal, epoch.
using id_bytes = std::uint64_t[3];
static_assert(std::endian::native == std::endian::little, "a journal's rows are of little-endian numbers");

std::string_view view(const sha256_digest& of) {
  return {reinterpret_cast<const char*>(of.data()), of.size()};
}

std::string text_of(const event_ids& ids) {
  std::string text;
  text.reserve(ids.size() * sizeof(id_bytes));
  for (const auto& one : ids) {
    const id_bytes numbers{static_cast<std::uint64_t>(one.at.ms), one.at.ordinal, one.epoch};
    text.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
  }
  return text;
}

event_ids ids_of(std::string_view text) {
  event_ids ids;
  for (; text.size() >= sizeof(id_bytes); text.remove_prefix(sizeof(id_bytes))) {
    id_bytes numbers;
    std::memcpy(numbers, text.data(), sizeof numbers);
    ids.push_back({{static_cast<unix_ms>(numbers[0]), numbers[1]}, numbers[2]});
  }
  return ids;
}

}  // namespace

void journal_books::add(repeat_of& what, const event_ids& ids, unix_ms now) {
  const auto text = text_of(ids);
  what.row = now_.next_repeat;
  file_.write(repeat{what.row, view(what.key), view(what.body), now, text});
  ++now_.next_repeat;
}

void journal_books::forget_repeats(std::int64_t before) {
  before = std::min(before, now_.next_repeat);
  if (before <= now_.first_repeat) return;
  file_.remove_repeats_before(before);
  now_.first_repeat = before;
}

std::size_t journal_books::load_repeats(
    const std::function<void(const repeat_of&, const event_ids&, unix_ms)>& each) {
  std::size_t damaged = 0;
  file_.read_repeats([&](const repeat& one) {
    next_repeat_ = std::max(next_repeat_, one.number + 1);
    repeat_of made;
    if (!one.fits || one.key.size() != made.key.size() || one.body.size() != made.body.size()) {
      ++damaged;
      return;
    }
    std::memcpy(made.key.data(), one.key.data(), made.key.size());
    std::memcpy(made.body.data(), one.body.data(), made.body.size());
    made.row = one.number;
    each(made, ids_of(one.ids), one.time);
  });
  return damaged;
}

}  // namespace longpolld
