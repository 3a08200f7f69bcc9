#include "longpolld/http/admin_desk.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/words/ascii.hpp"

namespace longpolld {
std::optional<reply> metrics_endpoint(const exchange& one) {
  auto& desk = one.home.desk();
  desk.ask(one.home.core(), one.later(admin_desk::patience), [&desk](const admin_desk::ticket& by) {
    auto made = reply::json(metric_text(read_metrics(desk.sources())));
    made.type = metric_text_type;
    by.answer(std::move(made));
  });
  return std::nullopt;
}

std::optional<reply> admin_status_endpoint(const exchange& one) {
  auto& desk = one.home.desk();
  desk.ask(one.home.core(), one.later(admin_desk::patience),
           [&desk](const admin_desk::ticket& by) { by.answer(reply::json(status_json(desk.sources()))); });
  return std::nullopt;
}

std::optional<reply> reload_endpoint(const exchange& one) {
  auto& desk = one.home.desk();
  desk.ask(one.home.core(), one.later(admin_desk::patience), [&desk](const admin_desk::ticket& by) {
    desk.reload([by](const reload_result& found) {
      if (!found.problems.empty())
        return by.answer(reply::failure({422, ascii::joined(found.problems, "; ")}));
      const auto names = ascii::joined(found.needs_restart, R"(",")");
      by.answer(reply::json(R"({"reloaded":true,"needs_restart":[)" +
                            (names.empty() ? names : '"' + names + '"') + "]}"));
    });
  });
  return std::nullopt;
}

}  // namespace longpolld
