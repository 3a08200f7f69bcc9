#include "longpolld/http/endpoint/asset_reply.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"

namespace longpolld {

std::optional<reply> admin_page_endpoint(const exchange& one) {
  const auto path = one.asked.path;
  if (path == "/admin") {
    reply made;
    made.status = 307;
    // Relative: a proxy may have it below a path of its own.
    made.extra = "Location: admin/\r\nCache-Control: no-store\r\n";
    return made;
  }
  return asset_reply(path == "/admin/" ? "admin/index.html" : path.substr(1), one.asked);
}

}  // namespace longpolld
