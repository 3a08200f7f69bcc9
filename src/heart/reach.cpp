#include "longpolld/heart/reach.hpp"

namespace longpolld {
namespace {

reach everything(category_record& in) { return {&in, 0, in.ring.size(), true}; }

reach after_time(category_record& in, unix_ms since) {
  const auto lost = in.ring.lost();
  const bool gap = since == 0 ? lost.ordinal > 0 : lost.ms > since;
  return {&in, in.ring.from_time(since + 1), in.ring.size(), gap};
}

reach after_position(category_record& in, const event_id& id) {
  if (id.epoch != in.epoch) return everything(in);
  auto found = reach_of(in, id.at.ordinal);
  // The timestamp in the id must be that of the event it names, as far as that is still known: where a
  // history went back, as by a backup, others have these ordinals now.
  const position before = in.ring.before(found.index);
  const bool is_known = found.index > 0 || in.ring.has_lost_event();
  if (before.ordinal == id.at.ordinal && is_known && before.ms != id.at.ms) return everything(in);
  if (id.at.ordinal > in.ring.last().ordinal) {
    found = after_time(in, id.at.ms);
    found.gap = true;
  }
  // Before a replica's first event another may have been forgotten, but none after a position that is young.
  found.gap = found.gap || (in.is_replica && id.at.ms < in.ring.lost().ms);
  return found;
}

reach resolved(category_record& in, const subscribe_query& query, std::size_t which) {
  if (!query.cursor.empty() && query.cursor[which] != no_position) {
    return after_position(in, query.cursor[which]);
  }
  if (!query.last_id) {
    return query.since_time ? after_time(in, *query.since_time) : reach_of(in, in.ring.last().ordinal);
  }
  const auto id = decode(*query.last_id);
  if (!id) {  // a foreign UUID: events of since_time's own millisecond may be unseen
    return query.since_time && *query.since_time > 0 ? after_time(in, *query.since_time - 1) : everything(in);
  }
  if (query.since_time && *query.since_time > id->at.ms) return after_time(in, *query.since_time);
  return after_position(in, *id);
}

}  // namespace

reach reach_of(category_record& in, const subscribe_query& query, std::size_t which) {
  auto found = resolved(in, query, which);
  found.skips_given = in.handed > 0;
  if (!found.skips_given) return found;
  while (found.any() && in.ring[found.index]->is_given()) ++found.index;
  while (found.any() && in.ring[found.end - 1]->is_given()) --found.end;
  return found;
}

reach reach_of(category_record& in, std::uint64_t from) {
  return {&in, in.ring.after(from), in.ring.size(), in.ring.lost().ordinal > from};
}

}  // namespace longpolld
