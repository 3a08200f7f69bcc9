#include "longpolld/heart/reply_maker.hpp"

namespace longpolld {
namespace {

constexpr std::string_view texts[] = {
    {},
    "since_time is in the future of this server's clock; the poll waits from now on",
    "since_time does not say where each of several categories stands; follow the reply's cursor",
};

}  // namespace

bool reply_maker::recall(const reach& of, found& into) const {
  // An event that lives is its own name: no other category can have it.
  const bool is_same = last_.body && of.any() && of.gap == last_.gap &&
                       of.in->ring[of.index] == last_.first && of.in->ring[of.end - 1] == last_.last;
  if (!is_same) return false;
  into.body = last_.body;
  into.gaps = last_.gap ? 1 : 0;
  into.count = last_.count;
  into.since = last_.first->published;
  return true;
}

body_ptr reply_maker::finish(found& what, wire::notes& also, reply_warning warning, bool is_shared) {
  also.warning = texts[static_cast<std::size_t>(warning)];
  if (what.events.empty()) return wire::timeout(what.timestamp, also);
  auto body = wire::events(what.events, also);
  if (is_shared) last_ = {std::move(what.first), std::move(what.last), what.gaps != 0, what.count, body};
  return body;
}

void reply_maker::forget(std::size_t bytes_max) {
  if (last_.body && (bytes_max == 0 || last_.body->size() > bytes_max)) last_ = {};
}

}  // namespace longpolld
