#include "longpolld/http/access/hook_wait.hpp"
#include "longpolld/http/access/permission.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/parts/query.hpp"
#include "longpolld/parts/wire.hpp"

namespace longpolld {
namespace {

/// With a category in the query the body is its data, else it names the categories itself.
outcome<wire::publish_request> read_request(const exchange& one) {
  const auto& limits = one.home.limits();
  auto category = publish_category(one.asked.query);
  if (!category) return category.error();
  if (!*category) return wire::parse_publish(one.body, limits);
  auto data = wire::parse_data(std::move(**category), one.asked.content_type, one.body, limits);
  if (!data) return data.error();
  wire::publish_request read;
  read.events.push_back(std::move(*data));
  return read;
}

category_names categories_of(const wire::publish_request& read) {
  category_names names;
  for (const auto& one : read.events) {
    if (names.empty() || names.back() != one.category) names.push_back(one.category);
  }
  return names;
}

/// Waits for the store on behalf of a client, which may leave meanwhile.
class publisher final : public submission {
 public:
  publisher(wire::publish_request&& from, const std::optional<repeat_of>& as, pending_reply&& later)
      : is_array_(from.is_array), later_(std::move(later)) {
    drafts = std::move(from.events);
    repeats = as;
  }
  void answer(const outcome<event_ids>& with) override {
    auto made = reply_to(with, is_array_);
    if (is_replayed) made.extra += "Idempotent-Replayed: true\r\n";
    later_.answer(made);
  }

  static reply reply_to(const outcome<event_ids>& with, bool is_array) {
    return with ? reply::json(wire::published(*with, is_array)) : reply::failure(with.error());
  }

 private:
  const bool is_array_;
  pending_reply later_;
};

}  // namespace

std::optional<reply> publish_endpoint(const exchange& one) {
  auto& home = one.home;
  auto read = read_request(one);
  if (!read) return reply::failure(read.error());
  auto permitted = find_permit(one, right::publish, categories_of(*read));
  if (auto* refused = std::get_if<reply>(&permitted)) return std::move(*refused);
  if (auto* about = std::get_if<hook_question>(&permitted)) return ask_hook(one, std::move(*about));
  auto& addresses = home.shared().addresses;
  const auto now = home.core().now().steady;
  if (const auto wait = addresses.publish(one.client, read->events.size(), now); wait > 0) {
    auto why = beyond(429, "this address publishes faster than", &config::max_events_per_second_per_address,
                      home.limits());
    why.retry_after_seconds = wait;
    return reply::failure(why);
  }
  const auto& who = std::get<permit>(permitted).who;
  std::optional<repeat_of> repeats;
  if (const auto key = one.asked.idempotency_key) {
    if (!repeat_of::is_key(*key)) {
      return reply::failure(
          {400, "Idempotency-Key must be one field of 1 to 255 visible characters of ASCII"});
    }
    repeats = repeat_of::made_of(who ? who->name : "", *key, *read);
  } else if (home.core().publishes_at_once()) {
    return publisher::reply_to(home.core().publish(read->events), read->is_array);
  }
  const auto at_most = std::chrono::seconds(home.limits().store_timeout_seconds);
  home.core().submit(std::make_unique<publisher>(std::move(*read), repeats, one.stored(at_most)));
  return std::nullopt;
}

}  // namespace longpolld
