#include "longpolld/heart/category_page.hpp"
#include "longpolld/http/admin_desk.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/parts/category.hpp"
#include "longpolld/parts/query.hpp"
#include "longpolld/parts/wire.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace longpolld {
namespace {

// In one critical section: some tens of microseconds where memory is slow.
constexpr std::size_t records_at_once = 512;
constexpr std::size_t rows_at_once = 64;

std::string to_json(const category_page& page) {
  const auto id = [](const std::optional<event_id>& of) { return of ? '"' + to_text(*of) + '"' : "null"; };
  std::string text = R"({"categories":[)";
  for (const auto& one : page.rows()) {
    text.append(text.ends_with('[') ? "" : ",").append(R"({"category":)").append(wire::quoted(one.name));
    text.append(R"(,"events":)").append(std::to_string(one.events));
    text.append(R"(,"bytes":)").append(std::to_string(one.bytes));
    text.append(R"(,"first":)").append(id(one.first)).append(R"(,"last":)").append(id(one.last));
    text.append(R"(,"parked":)").append(std::to_string(one.parked)).append("}");
  }
  text += ']';
  if (page.next()) text.append(R"(,"next":)").append(wire::quoted(*page.next()));
  return text + '}';
}

/// Collects a page on the main thread, where others have their turn between its steps.
class listing : public std::enable_shared_from_this<listing> {
 public:
  listing(admin_desk& desk, const admin_desk::ticket& by, const category_query& query)
      : desk_(desk), by_(by), page_(query.prefix, query.after, query.limit) {}

  void go_on() {
    if (step()) return desk_.go_on_later([self = shared_from_this()] { self->go_on(); });
    by_.answer(reply::json(to_json(page_)));
  }

 private:
  bool step() {
    auto& log = desk_.sources().pool.log();
    const critical_section::guard inside(log);
    if (std::exchange(is_looking_, is_looking_ && page_.look(log.shared(), records_at_once))) return true;
    return page_.fill(log.shared(), rows_at_once);
  }

  admin_desk& desk_;
  const admin_desk::ticket by_;
  category_page page_;
  bool is_looking_ = true;
};

/// Waits for the store on behalf of who purges.
class purging final : public submission {
 public:
  purging(std::string category, pending_reply&& later) : later_(std::move(later)) {
    purges = std::move(category);
  }
  void answer(const outcome<event_ids>& with) override {
    later_.answer(with ? reply::json("{\"purged\":" + std::to_string(purged) + '}')
                       : reply::failure(with.error()));
  }

 private:
  pending_reply later_;
};

std::optional<reply> purge(const exchange& one) {
  auto category = publish_category(one.asked.query);
  if (!category) return reply::failure(category.error());
  if (!*category) return reply::failure({400, "category is required"});
  if (const auto fault = category_fault(**category)) return reply::failure(*fault);
  const auto at_most = std::chrono::seconds(one.home.limits().store_timeout_seconds);
  one.home.core().submit(std::make_unique<purging>(std::move(**category), one.later(at_most)));
  return std::nullopt;
}

}  // namespace

std::optional<reply> categories_endpoint(const exchange& one) {
  if (one.asked.method == request::verb::erase) return purge(one);
  const auto query = parse_category_query(one.asked.query);
  if (!query) return reply::failure(query.error());
  const auto& keeps = one.home.pool().keeps();
  if (keeps.current_state() == store::state::loading) {
    return reply::failure({503, std::string(keeps.trouble())});
  }
  auto& desk = one.home.desk();
  desk.ask(one.home.core(), one.later(admin_desk::patience),
           [&desk, asked = *query](const admin_desk::ticket& by) {
             std::make_shared<listing>(desk, by, asked)->go_on();
           });
  return std::nullopt;
}

}  // namespace longpolld
