#pragma once

#include <string>
#include <string_view>

/// What nodes have Redis do, each a step that is done whole or not at all: a script looks at all that could
/// be wrong before it writes. Redis' own clock stamps, as log_clock does: never back, later than what was
/// promised, at most a second ahead of itself.
///
///     PREFIX{log}:meta         key, n, base, base_ms, time, promised, id, format, limits
///     PREFIX{log}:log          <time>-<n>        k: key  c: category  i: <ms>-<ordinal>  p  s  d
///     PREFIX{log}:c:<category> <ms>-<ordinal>    p: ms of the event before, or nothing  s: sum  d: text
///     PREFIX{log}:k:<digest>   <key> <body> <ids>
///
/// `n` counts entries of the log, `base` is what it was when the history began: a category whose first event
/// comes begins at `n`, so that no ordinal comes again though Redis has forgotten the category meanwhile. An
/// entry of the log with `x` instead of `i` says that events up to that ordinal were purged.
namespace longpolld::redis_script {

/// The format of all that; who finds a greater one leaves it alone.
inline constexpr std::string_view format = "1";

/// Keys: meta, log. Arguments: id of the last entry that was applied, or nothing. Returns key, n, base,
/// base_ms, time, promised, id, format, limits, and of the log: id of the first entry, fields of that one.
extern const std::string look;
/// Keys: meta, log. Arguments: key to be replaced, new key, n, ms, format, limits. Begins a history unless
/// another node was faster. Returns whether it did.
extern const std::string begin;
/// Keys: meta, log, the categories' streams, then, with an Idempotency-Key, its. Arguments: key, events kept
/// of a category, entries of the log, ms that a category is kept, ms that an Idempotency-Key is (0: there is
/// none), digest of the body, number of categories; for each event the index of its category, its name, sum,
/// text. Returns whether it was there already, n, and the ids.
extern const std::string publish;
/// Keys: meta, log, the category's stream. Arguments: key, entries of the log, category. Returns n and the
/// number of events that were kept.
extern const std::string purge;
/// Keys: meta. Arguments: key, whether to promise. Returns n and a time: nothing behind n is stamped so or
/// earlier, if it was to be promised.
extern const std::string time;
/// Keys: meta, the category's stream. Arguments: key, from which id, how many. Returns n, time, last id of
/// the stream or nothing, and its entries.
extern const std::string load;

}  // namespace longpolld::redis_script
