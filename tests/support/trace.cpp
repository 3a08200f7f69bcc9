#include "support/trace.hpp"

#include <algorithm>
#include <set>

namespace longpolld::test {

std::string trace::data_of(int publisher, int number) {
  return R"({"p":)" + std::to_string(publisher) + R"(,"n":)" + std::to_string(number) + "}";
}

void trace::add(const std::string& subscriber, const std::string& category, std::vector<seen_reply> replies,
                bool from_start) {
  readers_.push_back({subscriber, category, std::move(replies), from_start});
}

std::size_t trace::gaps() const {
  std::size_t count = 0;
  for (const auto& one : readers_) {
    count += static_cast<std::size_t>(
        std::count_if(one.replies.begin(), one.replies.end(), [](auto& reply) { return reply.gap; }));
  }
  return count;
}

std::vector<std::string> trace::breaches() const {
  std::vector<std::string> found;
  check_publishers(found);
  for (const auto& one : readers_) check_reader(one, found);
  return found;
}

/// A publisher waits for its 200 before it publishes again, so its ids must rise.
void trace::check_publishers(std::vector<std::string>& found) const {
  std::map<std::pair<int, std::string>, const published_event*> last;
  std::set<std::string> ids;
  for (const auto& one : published_) {
    if (!ids.insert(one.id).second) found.push_back("id given twice: " + one.id);
    auto*& before = last[{one.publisher, one.category}];
    if (before && (before->id >= one.id || before->number >= one.number)) {
      found.push_back("publisher order broken at " + one.id);
    }
    before = &one;
  }
}

void trace::check_reader(const reader& one, std::vector<std::string>& found) const {
  std::map<std::string, const published_event*> all;  // in the order of ids, which is publish order
  for (const auto& event : published_) {
    if (event.category == one.category) all.emplace(event.id, &event);
  }
  const auto breach = [&](const std::string& what, const std::string& id) {
    found.push_back(one.name + " of " + one.category + ": " + what + " " + id);
  };
  auto next = all.begin();
  bool begun = one.from_start;
  std::string last_id;
  std::int64_t last_time = 0;
  std::int64_t promise = 0;
  for (const auto& reply : one.replies) {
    bool may_skip = reply.gap || !begun;
    for (const auto& event : reply.events) {
      const auto known = all.find(event.id);
      if (known == all.end() || event.category != one.category ||
          event.data != data_of(known->second->publisher, known->second->number) ||
          event.timestamp != known->second->timestamp) {
        breach("not published like this:", event.id);
        continue;
      }
      if (event.id <= last_id) breach("doubled or out of order:", event.id);
      if (event.timestamp < last_time) breach("time went back at", event.id);
      if (event.timestamp <= promise) breach("came after a promise that covers it:", event.id);
      if (event.id > last_id && known != next && !may_skip) {
        breach("lost in silence:", next == all.end() ? "" : next->first);
      }
      may_skip = false;
      begun = true;
      last_id = std::max(last_id, event.id);
      last_time = event.timestamp;
      next = std::next(known);
    }
    promise = std::max(promise, reply.promise);
  }
  if (next != all.end() && begun) breach("never came:", next->first);
}

}  // namespace longpolld::test
