#include "longpolld/words/option_rows.hpp"

namespace longpolld {
namespace {

constexpr std::string_view keeping = "Store";

const option store_rows[] = {
    // clang-format off
    {"store", keeping, choice_of<&config::store>, {}, "memory journal redis",
     "Where what was published is kept: memory, which is gone with the process; journal: in journal_file, so "
     "that events, ids and cursors outlive a restart and a crash; redis: at redis_url, for several nodes that "
     "serve one history. Where systemd gives a state directory, as to "
     "the service, it is journal unless you say memory.",
     "nothing is written where nobody has said"},
    {"journal_file", keeping, &config::journal_file, {}, "FILE",
     "The journal's file; it is made if there is none. A second one, with -wal behind its name, lies beside it. "
     "None: longpolld.db in systemd's state directory.",
     "only you know a disk for it"},
    {"journal_sync", keeping, choice_of<&config::journal_sync>, {}, "commit interval",
     "commit: a publish is answered once it is on the disk. interval: the disk has it within "
     "journal_sync_interval_ms; a crash of the process loses nothing, a power cut what was published since.",
     "what was acknowledged is kept, whatever happens"},
    {"journal_sync_interval_ms", keeping, &config::journal_sync_interval_ms, {1, 3'600'000}, "",
     "With journal_sync = interval: how much a power cut may cost.",
     "a second's events can be published again by most who publish"},
    {"redis_url", keeping, &config::redis_url, {}, "URL",
     "The Redis server (7 or later) of store = redis: redis://user:password@host:6379/0, rediss:// over TLS, "
     "unix:///path?db=0, or redis+sentinel://host:26379,host/name. It must be append-only and noeviction.",
     "only you know where it is"},
    {"redis_password_file", keeping, &config::redis_password_file, {}, "FILE",
     "A file whose first line is the password for redis_url.",
     "a URL ends up in lists of processes"},
    {"redis_ca_file", keeping, &config::redis_ca_file, {}, "FILE",
     "PEM certificates of whoever vouches for a Redis at rediss://; none: whom the system trusts.",
     "the system's authorities vouch for most"},
    {"redis_prefix", keeping, &config::redis_prefix, {}, "TEXT",
     "What the names of all keys in Redis begin with; nodes with the same one serve the same history.",
     "one history per Redis is what most have"},
    {"redis_timeout_seconds", keeping, &config::redis_timeout_seconds, {1, 600, unit::seconds}, "",
     "How long Redis may take. Later a publish is answered 503 with maybe_stored.",
     "a server that is there answers within milliseconds"},
    {"redis_log_events", keeping, &config::redis_log_events, {100, 100'000'000}, "",
     "Events of all categories that Redis keeps in their order, about. A node that falls behind by more reads "
     "its categories again.",
     "several seconds of all that Redis can take"},
    {"redis_category_keep_days", keeping, &config::redis_category_keep_days, {1, 36'500}, "",
     "How long Redis keeps a category to which nothing is published.",
     "who comes back after a month has more to do than to catch up"},
    {"redis_wait_replicas", keeping, &config::redis_wait_replicas, {0, 100}, "",
     "Replicas of Redis that must have what is published before it is answered; 0: none.",
     "a failover that costs the last events is told as a gap"},
    {"max_unstored_events", keeping, &config::max_unstored_events, {1, 100'000'000}, "",
     "Events that wait for the disk, or for Redis, at once; more are answered 503.",
     "about a second of what a journal takes"},
    {"max_unstored_bytes", keeping, &config::max_unstored_bytes, {4096, 1024 * option_gib, unit::bytes}, "",
     "Memory for events that wait for the disk, or for Redis; more are answered 503.",
     "64 of max_body_bytes at once"},
    {"store_timeout_seconds", keeping, &config::store_timeout_seconds, {1, 3600, unit::seconds}, "",
     "How long a publish may wait for the disk. Later it is answered 503 with maybe_stored, and may be kept all "
     "the same.",
     "whoever publishes has rather given up than waited longer"},
    {"idempotency_seconds", keeping, &config::idempotency_seconds, {1, 30 * option_day, unit::seconds}, "",
     "How long an Idempotency-Key is remembered: a repeat within it is answered as the first was.",
     "a client that has not tried again by then has given up"},
    {"max_idempotency_keys", keeping, &config::max_idempotency_keys, {1, 100'000'000}, "",
     "Idempotency-Keys remembered at once; a batch counts as one more for each 16 events in it. Beyond it the "
     "oldest are forgotten.",
     "300 a second over idempotency_seconds; each takes some 200 bytes"},
    // clang-format on
};

}  // namespace

std::span<const option> store_options() { return store_rows; }

}  // namespace longpolld
