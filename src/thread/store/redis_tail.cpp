#include "longpolld/thread/store/redis_tail.hpp"

#include "longpolld/thread/io/random_bytes.hpp"
#include "longpolld/thread/store/redis_script.hpp"
#include "longpolld/words/log.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::milliseconds block{250};
// More entries than a node can be ahead of another: so no ordinal comes again in the history after.
constexpr std::uint64_t leap = 1U << 20U;

template <class Number>
Number number_in(const resp::value& of, std::size_t index) {
  return whole_number<Number>(of.elements[index].text).value_or(0);
}

std::string drawn_key() {
  std::uint64_t key = 0;
  std::memcpy(&key, random_bytes(sizeof key).data(), sizeof key);
  return std::to_string(std::max<std::uint64_t>(key, 1));
}

bool same_fields(const resp::value& a, const resp::value& b) {
  return std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(),
                    [](const resp::value& x, const resp::value& y) { return x.text == y.text; });
}

}  // namespace

redis_tail::redis_tail(const redis_link::settings& of, const redis_keys& keys, std::string limits,
                       std::size_t at_once, readiness& by, boost::asio::io_context& on, user& whom)
    : link_(of, by, on, *this),
      keys_(keys),
      limits_(std::move(limits)),
      at_once_(std::to_string(at_once)),
      whom_(whom) {}

void redis_tail::tick(steady_time now) { link_.tick(now, block); }

void redis_tail::connected() { look(); }

void redis_tail::ended(const std::string& why) {
  step_ = step::nothing;
  if (link_.was_too_large()) has_lost_ = true;  // it would come again: rather miss it, and say so
  whom_.strayed(why);
}

void redis_tail::ask(step which, std::initializer_list<std::string_view> words) {
  step_ = which;
  std::string line;
  resp::append_command(line, words);
  link_.send(line, 1);
}

void redis_tail::answered(resp::value&& with) {
  if (with.is_error()) return link_.end("it answers: " + with.text);
  switch (step_) {
    case step::looking:
      return looked(with);
    case step::beginning:
      return look();
    case step::reading:
      return take(std::move(with));
    default:
      return;
  }
}

// -- which history it is

void redis_tail::look() {
  is_in_doubt_ = false;
  least_n_ = std::max(n_, seen_n_);
  ask(step::looking, {"EVAL", redis_script::look, "2", keys_.meta, keys_.log, id_});
}

void redis_tail::looked(const resp::value& at) {
  if (!at.is_array() || at.elements.size() != 11) return link_.end("it answers what nobody has asked");
  state what;
  what.key = at.elements[0].text;
  what.n = number_in<std::uint64_t>(at, 1);
  what.base = {number_in<unix_ms>(at, 3), number_in<std::uint64_t>(at, 2)};
  what.time = number_in<unix_ms>(at, 4);
  what.promised = number_in<unix_ms>(at, 5);
  what.limits = at.elements[8].text;
  if (what.key.empty()) return begin("", 0);
  if (number_in<int>(at, 7) > whole_number<int>(redis_script::format).value_or(0)) {
    return link_.end("its history has a newer format: this longpolld is too old for it");
  }
  if (what.key == key_) {
    if (!is_same(what, at.elements[9].text, at.elements[10])) return begin(key_, what.n);
    if (!has_lost_) {
      whom_.follows();
      return read();
    }
  } else if (!key_.empty() && what.base.ordinal <= n_) {
    return begin(what.key, what.n);
  }
  adopt(std::move(what), at.elements[6].text);
}

/// Whether nothing that was read has gone from it, as it has when a replica took over that did not have all.
bool redis_tail::is_same(const state& what, const std::string& first, const resp::value& mine) const {
  if (what.n < least_n_) return false;
  if (!is_in_log_) return true;
  if (!mine.elements.empty()) return content_.elements.empty() || same_fields(mine, content_);
  // It may have been trimmed: then the log begins behind it.
  const auto begins = read_redis_id(first);
  return !begins || begins->ordinal > n_;
}

/// Its numbers begin above all that were ever seen: so polls that wait are told of the gap.
void redis_tail::begin(const std::string& instead_of, std::uint64_t n) {
  const auto from = key_.empty() ? 0 : std::max({n, n_, seen_n_}) + leap;
  if (key_.empty()) {
    log::info("a new history begins in Redis");
  } else {
    log::warn("the history in Redis is lost, at least in part: a new one begins", {{"entries", n_}});
  }
  ask(step::beginning, {"EVAL", redis_script::begin, "2", keys_.meta, keys_.log, instead_of, drawn_key(),
                        std::to_string(from), std::to_string(latest_), redis_script::format, limits_});
}

void redis_tail::adopt(state&& what, const std::string& id) {
  key_ = what.key;
  n_ = seen_n_ = what.n;
  id_ = id;
  content_ = {};
  is_in_log_ = what.n > what.base.ordinal;
  has_lost_ = true;  // should it fail
  latest_ = std::max({latest_, what.time, what.promised});
  whom_.adopted(what);
  has_lost_ = false;
  whom_.follows();
  read();
}

// -- following it

void redis_tail::read() {
  ask(step::reading,
      {"XREAD", "BLOCK", std::to_string(block.count()), "COUNT", at_once_, "STREAMS", keys_.log, id_});
}

/// What fails midway was not read: the same comes again over the next connection.
void redis_tail::take(resp::value&& answer) {
  std::vector<redis_entry> all;
  auto n = n_;
  auto latest = latest_;
  std::size_t skipped = 0;
  resp::value* last = nullptr;
  bool has_lost = false;
  if (answer.is_array() && answer.elements.size() == 1 && answer.elements[0].elements.size() == 2) {
    for (auto& one : answer.elements[0].elements[1].elements) {
      auto entry = redis_entry::of_log(one);
      const auto id = one.elements.empty() ? std::nullopt : read_redis_id(one.elements[0].text);
      has_lost = entry ? entry->key != key_ || entry->n > n + 1 : id && id->ordinal == n + 1;
      if (has_lost) break;
      if (one.elements.size() == 2) last = &one;
      if (!entry) ++skipped;
      if (!entry || entry->n <= n) continue;
      n = entry->n;
      latest = std::max(latest, id->ms);
      all.push_back(std::move(*entry));
    }
  }
  // From here on nothing of it fails.
  n_ = n;
  latest_ = latest;
  skipped_ += skipped;
  is_in_log_ = is_in_log_ || !all.empty();
  if (last) {
    id_ = std::move(last->elements[0].text);
    content_ = std::move(last->elements[1]);
  }
  if (!all.empty()) whom_.came(std::move(all));
  if (!has_lost && !is_in_doubt_) return read();
  if (has_lost) {
    has_lost_ = true;
    log::warn("entries of the log were missed: all categories are read again", {{"after", n_}});
  }
  look();
}

}  // namespace longpolld
