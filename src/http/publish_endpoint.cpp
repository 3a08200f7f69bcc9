#include "longpolld/http/endpoints.hpp"
#include "longpolld/parts/wire.hpp"

namespace longpolld {

response publish_endpoint(std::string_view body, http_shard& home) {
  const auto read = wire::parse_publish(body, home.limits());
  if (!read) return response::failure(read.error());
  const auto ids = home.of().publish(read->events);
  if (!ids) return response::failure(ids.error());
  return response::json(wire::published(*ids, read->is_array));
}

}  // namespace longpolld
