#include "longpolld/thread/store/redis_entry.hpp"

#include "longpolld/parts/category.hpp"
#include "longpolld/parts/wire.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace longpolld {
namespace {

/// The value of a field of an entry, or null.
const std::string* field_of(const resp::value& fields, std::string_view name) {
  for (std::size_t i = 0; i + 1 < fields.elements.size(); i += 2) {
    if (fields.elements[i].text == name) return &fields.elements[i + 1].text;
  }
  return nullptr;
}

bool is_entry(const resp::value& of) {
  return of.is_array() && of.elements.size() == 2 && of.elements[0].is_text() && of.elements[1].is_array();
}

/// What an entry of the log and one of a category's stream have in common.
bool read_event(const resp::value& fields, redis_entry& into) {
  const auto* before = field_of(fields, "p");
  const auto* sum = field_of(fields, "s");
  const auto* text = field_of(fields, "d");
  if (!before || !sum || !text || *sum != redis_sum(into.category, *text)) return false;
  if (!before->empty()) {
    into.before = whole_number<unix_ms>(*before);
    if (!into.before) return false;
  }
  into.text = *text;
  return true;
}

}  // namespace

std::string redis_sum(std::string_view category, std::string_view text) {
  constexpr std::array<std::uint64_t, 2> key = {0x6c6f6e67706f6c6c, 0x6420726564697331};
  const auto sum = siphash_1_3({key[0], siphash_1_3(key, category)}, text);
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sum, 16).ptr;
  return {digits.data(), end};
}

std::optional<position> read_redis_id(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto ms = whole_number<unix_ms>(text.substr(0, dash));
  const auto ordinal = whole_number<std::uint64_t>(text.substr(dash + 1));
  if (!ms || !ordinal || *ms >= unix_ms_end || *ordinal >= ordinal_end) return std::nullopt;
  return position{*ms, *ordinal};
}

std::string redis_id(const position& of) { return std::to_string(of.ms) + '-' + std::to_string(of.ordinal); }

std::optional<redis_entry> redis_entry::of_log(const resp::value& from) {
  if (!is_entry(from)) return std::nullopt;
  const auto id = read_redis_id(from.elements[0].text);
  const auto& fields = from.elements[1];
  const auto* key = field_of(fields, "k");
  const auto* category = field_of(fields, "c");
  if (!id || !key || !category || category_fault(*category)) return std::nullopt;
  redis_entry made;
  made.n = id->ordinal;
  made.key = *key;
  made.category = *category;
  if (const auto* purged = field_of(fields, "x")) {
    made.purged = whole_number<std::uint64_t>(*purged);
    if (!made.purged) return std::nullopt;
    return made;
  }
  const auto* at = field_of(fields, "i");
  const auto read = at ? read_redis_id(*at) : std::nullopt;
  if (!read || read->ordinal == 0 || !read_event(fields, made)) return std::nullopt;
  made.at = *read;
  return made;
}

std::optional<redis_entry> redis_entry::of_category(const resp::value& from, std::string_view category) {
  if (!is_entry(from)) return std::nullopt;
  const auto id = read_redis_id(from.elements[0].text);
  redis_entry made;
  made.category = category;
  if (!id || id->ordinal == 0 || !read_event(from.elements[1], made)) return std::nullopt;
  made.at = *id;
  return made;
}

event_ptr redis_entry::event_of(std::uint64_t epoch, steady_time published) const {
  const auto made = wire::restore_event(text, {at, epoch});
  made->published = published;
  return made;
}

bool redis_category::add(const resp::value& answer) {
  if (!answer.is_array() || answer.elements.size() != 4 || !answer.elements[3].is_array()) return false;
  n_ = static_cast<std::uint64_t>(answer.elements[0].number);
  time_ = answer.elements[1].number;
  last_ = read_redis_id(answer.elements[2].text);
  const auto& entries = answer.elements[3].elements;
  added_ = entries.size();
  for (const auto& one : entries) {
    next_ = '(' + one.elements.at(0).text;
    auto read = redis_entry::of_category(one, name_);
    if (!read) {
      ++damaged_;
    } else if (read->at.ordinal > begins_.ordinal) {
      if (!all_.empty() && read->at.ordinal != all_.back().at.ordinal + 1 && read->before) {
        gap_ = read->at.ordinal - 1;
      }
      if (all_.empty() || read->at.ordinal > all_.back().at.ordinal) all_.push_back(std::move(*read));
    }
  }
  return true;
}

history::kept_category redis_category::filled(std::uint64_t epoch, const moment& now,
                                              std::vector<event_ptr>& events) const {
  history::kept_category made{name_, begins_, {}, gap_, {}};
  // Whoever has seen nothing for longer than a category is kept may have missed what was forgotten.
  const auto young = [&](unix_ms begun) { return std::max(begins_.ms, begun - forgets_.count()); };
  for (const auto& one : all_) {
    const auto age = std::max<unix_ms>(0, time_ - one.at.ms);
    events.push_back(one.event_of(epoch, now.steady - std::chrono::milliseconds(age)));
  }
  made.events = events;
  if (!last_) {  // nothing was published since the history began, or since it was forgotten
    made.lost.ms = young(time_);
    made.last = {time_ - 1, n_};
  } else if (all_.empty()) {  // all was purged
    made.lost = made.last = *last_;
  } else {
    const auto& first = all_.front();
    if (first.before) {
      made.lost = {*first.before, first.at.ordinal - 1};
    } else {
      made.lost.ms = young(first.at.ms);
    }
    made.last = all_.back().at;
    if (last_->ordinal > made.last.ordinal) {  // the last ones are gone
      made.last = *last_;
      made.gap = last_->ordinal;
    }
  }
  return made;
}

}  // namespace longpolld
