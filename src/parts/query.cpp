#include "longpolld/parts/query.hpp"

#include "longpolld/parts/category.hpp"
#include "longpolld/parts/cursor_suffix.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace longpolld {
namespace {

constexpr std::size_t parameters_max = 100;

/// Takes parameters one by one and remembers the first thing wrong.
class query_reader {
 public:
  explicit query_reader(const config& limits) : limits_(limits) {}

  std::optional<error> take(std::string_view name, std::string_view value) {
    if (name == "category") return take_category(value);
    if (name == "timeout") return take_timeout(value);
    if (name == "since_time") return once(since_seen_, "since_time", [&] { return take_since(value); });
    if (name == "last_id") return once(last_seen_, "last_id", [&] { return take_last(value); });
    if (name == "cursor") return once(cursor_seen_, "cursor", [&] { return take_cursor(value); });
    return std::nullopt;
  }

  outcome<subscribe_query> finish() {
    if (read_.categories.empty()) return error{400, "category is required"};
    if (read_.last_id && read_.categories.size() > 1) {
      return error{400, "last_id is for one category only; with several use cursor"};
    }
    if (!read_.cursor.empty() && read_.cursor.size() != read_.categories.size()) {
      return error{400, "cursor must be what the last reply to the same categories gave"};
    }
    if (read_.timeout.count() == 0) {
      read_.timeout = std::chrono::seconds(limits_.default_longpoll_timeout_seconds);
    }
    return std::move(read_);
  }

 private:
  template <class Take>
  std::optional<error> once(bool& seen, const char* name, Take take) {
    if (std::exchange(seen, true)) return error{400, std::string(name) + " must be given once"};
    return take();
  }

  std::optional<error> take_category(std::string_view name) {
    if (auto fault = category_fault(name)) return fault;
    auto& all = read_.categories;
    if (std::find(all.begin(), all.end(), name) != all.end()) {
      return error{400, "category must not name the same category twice"};
    }
    if (all.size() == query_categories_max) return error{400, "category may be repeated up to 32 times"};
    all.emplace_back(name);
    return std::nullopt;
  }

  std::optional<error> take_timeout(std::string_view text) {
    const auto seconds = whole_number<std::int64_t>(text);
    if (read_.timeout.count() != 0) return error{400, "timeout must be given once"};
    if (!seconds || *seconds < 1 || *seconds > limits_.max_longpoll_timeout_seconds) {
      return error{400, "timeout must be a whole number of seconds from 1 to " +
                            std::to_string(limits_.max_longpoll_timeout_seconds)};
    }
    read_.timeout = std::chrono::seconds(*seconds);
    return std::nullopt;
  }

  std::optional<error> take_since(std::string_view text) {
    if (text.empty()) return std::nullopt;
    // A moment before 1970, as Go's zero time: all that is kept.
    const bool is_before_1970 = text.size() > 1 && text.front() == '-' &&
                                text.find_first_not_of("0123456789", 1) == std::string_view::npos;
    read_.since_time = is_before_1970 ? 0 : whole_number<unix_ms>(text);
    if (read_.since_time && *read_.since_time < unix_ms_end) return std::nullopt;
    return error{400, "since_time must be a whole number of unix milliseconds below 2^48"};
  }

  std::optional<error> take_last(std::string_view text) {
    if (text.empty()) return std::nullopt;
    read_.last_id = parse_uuid(text);
    if (read_.last_id) return std::nullopt;
    return error{400, "last_id must be the id of an event, a UUID"};
  }

  std::optional<error> take_cursor(std::string_view text) {
    bool more = !text.empty();
    while (more) {
      const auto piece = text.substr(0, text.find(','));
      more = piece.size() < text.size();
      text.remove_prefix(piece.size() + (more ? 1 : 0));
      const auto read = parse_uuid(without_suffix(piece));
      const auto id = piece.empty() ? no_position : read ? decode(*read) : std::nullopt;
      if (!id || read_.cursor.size() == query_categories_max) {
        return error{400, "cursor must be what the last reply gave as cursor"};
      }
      read_.cursor.push_back(*id);
    }
    return std::nullopt;
  }

  const config& limits_;
  subscribe_query read_;
  bool since_seen_ = false;
  bool last_seen_ = false;
  bool cursor_seen_ = false;
};

std::optional<char> hex_pair(std::string_view digits) {
  unsigned value = 0;
  if (digits.size() < 2) return std::nullopt;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + 2, value, 16);
  if (failed != std::errc{} || end != digits.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto byte = hex_pair(text.substr(i + 1));
    if (!byte) return std::nullopt;
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

namespace {

bool is_encoded(std::string_view text) {
  return text.find('%') != std::string_view::npos || text.find('+') != std::string_view::npos;
}

template <class Take>
std::optional<error> take_encoded(const Take& take, std::string_view name, std::string_view value) {
  const auto decoded_name = percent_decoded(name);
  const auto decoded_value = percent_decoded(value);
  if (decoded_name && decoded_value) return take(*decoded_name, *decoded_value);
  return error{400, "the query has a % that is not followed by two hexadecimal digits"};
}

/// `take(name, value)` of each parameter, until it returns an error.
template <class Take>
std::optional<error> for_each_parameter(std::string_view query, const Take& take) {
  const bool encoded = is_encoded(query);
  for (std::size_t count = 1; !query.empty(); ++count) {
    if (count > parameters_max) return error{400, "the query must not have more than 100 parameters"};
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = pair.substr(0, equals);
    const auto value = pair.substr(std::min(equals + 1, pair.size()));
    if (auto failed = encoded ? take_encoded(take, name, value) : take(name, value)) return failed;
  }
  return std::nullopt;
}

}  // namespace

outcome<subscribe_query> parse_query(std::string_view query, const config& limits) {
  query_reader reader(limits);
  const auto take = [&](std::string_view name, std::string_view value) { return reader.take(name, value); };
  if (auto failed = for_each_parameter(query, take)) return std::move(*failed);
  return reader.finish();
}

cacheable cacheable_of(const subscribe_query& query, unix_ms now) {
  const bool is_placed = !query.cursor.empty() && std::find(query.cursor.begin(), query.cursor.end(),
                                                            no_position) == query.cursor.end();
  if (is_placed) return cacheable::all;
  const bool begins_now = query.last_id || !query.since_time || *query.since_time > now;
  return begins_now ? cacheable::none : cacheable::events;
}

outcome<std::optional<std::string>> query_parameter(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  const auto take = [&](std::string_view one, std::string_view value) -> std::optional<error> {
    if (one != name) return std::nullopt;
    if (found) return error{400, std::string(name) + " must be given once"};
    found = value;
    return std::nullopt;
  };
  if (auto failed = for_each_parameter(query, take)) return std::move(*failed);
  return found;
}

outcome<std::optional<std::string>> publish_category(std::string_view query) {
  return query_parameter(query, "category");
}

outcome<category_query> parse_category_query(std::string_view query) {
  category_query read;
  for (const auto& [name, into] : {std::pair{"prefix", &read.prefix}, std::pair{"after", &read.after}}) {
    auto found = query_parameter(query, name);
    if (!found) return found.error();
    if (*found) *into = std::move(**found);
  }
  const auto limit = query_parameter(query, "limit");
  if (!limit) return limit.error();
  if (!*limit || (*limit)->empty()) return read;
  const auto number = whole_number<std::size_t>(**limit);
  if (!number || *number < 1 || *number > 1'000) {
    return error{400, "limit must be a whole number from 1 to 1000"};
  }
  read.limit = *number;
  return read;
}

void assign_without_tokens(std::string& made, std::string_view query) {
  const auto has = [&](char one) { return query.find(one) != std::string_view::npos; };
  if (!has('k') && !has('K') && !has('%'))
    return static_cast<void>(made.assign(query));  // no name has token in it
  made.clear();
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto written = pair.substr(0, equals);
    auto name =
        percent_decoded(written).value_or("token");  // what cannot be read may have been meant for one
    std::transform(name.begin(), name.end(), name.begin(), ascii::lower);
    const bool is_token = name.find("token") != std::string::npos && equals < pair.size();
    made += is_token ? std::string(written) + "=..." : std::string(pair);
    if (pair.size() < query.size()) made += '&';
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
}

}  // namespace longpolld
