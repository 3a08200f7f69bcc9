#include "longpolld/http/endpoint/endpoints.hpp"

namespace longpolld {

response health_endpoint() {
  return response::json(R"({"status":"ok","version":")" LONGPOLLD_VERSION R"("})");
}

response ready_endpoint(const http_shard& home) {
  if (home.draining()) return response::failure({503, "stopping"});
  return response::json(R"({"status":"ready"})");
}

}  // namespace longpolld
