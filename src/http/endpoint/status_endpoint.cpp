#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"

namespace longpolld {

std::optional<reply> health_endpoint(const exchange&) {
  return reply::json(R"({"status":"ok","version":")" LONGPOLLD_VERSION R"("})");
}

std::optional<reply> ready_endpoint(const exchange& one) {
  if (one.home.draining()) return reply::failure({503, "stopping"});
  const auto& keeps = one.home.pool().keeps();
  if (keeps.current_state() != store::state::ready)
    return reply::failure({503, std::string(keeps.trouble())});
  return reply::json(R"({"status":"ready"})");
}

}  // namespace longpolld
