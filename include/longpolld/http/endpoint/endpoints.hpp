#pragma once

#include "longpolld/http/exchange.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <optional>

namespace longpolld {

// What routes lead to, one source each. All run on the shard of the connection that asks. Each returns the
// reply; nothing when the connection waits for it.

/// `GET /events`: nothing when the connection's poll is parked; it then counts as one of the client's.
[[nodiscard]] std::optional<reply> subscribe_endpoint(const exchange& one);
/// `POST /publish`. Polls are woken by the shard's next turn, after the reply.
[[nodiscard]] std::optional<reply> publish_endpoint(const exchange& one);
/// `GET /healthz`: the process lives.
[[nodiscard]] std::optional<reply> health_endpoint(const exchange& one);
/// `GET /readyz`: it takes traffic; 503 while it stops, reads its journal or cannot write it.
[[nodiscard]] std::optional<reply> ready_endpoint(const exchange& one);
/// `GET /client.js`, the module it loads and its types: always there, so that a page needs one import.
[[nodiscard]] std::optional<reply> client_endpoint(const exchange& one);
/// `GET /` and what belongs to it below `/demo/`.
[[nodiscard]] std::optional<reply> demo_endpoint(const exchange& one);
/// `POST /demo/sign-in?user=Ann`: a token of the demo's, for pages on this machine.
[[nodiscard]] std::optional<reply> demo_sign_in_endpoint(const exchange& one);
/// `GET /demo/status`: the counts of all shards together, once each has told its own.
[[nodiscard]] std::optional<reply> demo_status_endpoint(const exchange& one);
/// `GET /admin/`: the operator's live page, and what belongs to it below; `/admin` leads there.
[[nodiscard]] std::optional<reply> admin_page_endpoint(const exchange& one);

// At addresses of admin_listen only; who asks has been let in by then.

/// `GET /metrics`: in Prometheus' text format.
[[nodiscard]] std::optional<reply> metrics_endpoint(const exchange& one);
/// `GET /admin/status`: the same for people and pages, as JSON.
[[nodiscard]] std::optional<reply> admin_status_endpoint(const exchange& one);
/// `GET /admin/categories?prefix=&after=&limit=`: a page of them; DELETE with `category=`: purges one.
[[nodiscard]] std::optional<reply> categories_endpoint(const exchange& one);
/// `POST /admin/reload`: as SIGHUP, and says what came of it.
[[nodiscard]] std::optional<reply> reload_endpoint(const exchange& one);

}  // namespace longpolld
