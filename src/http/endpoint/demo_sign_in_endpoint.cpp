#include "longpolld/http/access/demo_access.hpp"
#include "longpolld/http/access/permission.hpp"
#include "longpolld/http/admission.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/parts/query.hpp"

namespace longpolld {

std::optional<reply> demo_sign_in_endpoint(const exchange& one) {
  const auto& secret = one.home.access().rules().demo_secret;
  if (secret.empty()) return no_such_path();
  if (!is_local(one.asked, one.how)) {
    return reply::failure({403, "the demo gives tokens to pages on the server's own machine only"});
  }
  const auto user = query_parameter(one.asked.query, "user");
  if (!user) return reply::failure(user.error());
  const auto token = demo_token(secret, user->value_or(""), one.home.core().now().wall);
  if (!token) return reply::failure({400, "user must be Ann, Bob or Cleo"});
  return reply::json("{\"token\":\"" + *token + "\"}");
}

}  // namespace longpolld
