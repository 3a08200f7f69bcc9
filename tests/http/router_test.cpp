#include "longpolld/http/router.hpp"

#include "support/catch.hpp"

#include <set>

using namespace longpolld;

TEST_CASE("each address answers what its role says and nothing else", "[http]") {
  const auto leads = [](std::string_view path, listen_role role) {
    return find_route(path, role) != nullptr;
  };
  for (const auto& one : routes()) {
    INFO(one.path);
    const bool publishes = one.path == "/publish";
    const bool is_health = one.path == "/healthz" || one.path == "/readyz";
    const bool is_admin = one.path == "/metrics" || one.path.starts_with("/admin");
    CHECK(leads(one.path, listen_role::everything) == !is_admin);
    CHECK(leads(one.path, listen_role::subscribing) == (!publishes && !is_admin));
    CHECK(leads(one.path, listen_role::publishing) == (publishes || is_health));
    CHECK(leads(one.path, listen_role::admin) == is_admin);
  }
}

TEST_CASE("a path is compared as it came", "[http]") {
  for (const char* path : {"/events/", "//events", "/Events", "/%65vents", "/demo", "/publish.", ""}) {
    CHECK_FALSE(find_route(path, listen_role::everything));
  }
  CHECK(find_route("/demo/status", listen_role::everything)->path == "/demo/status");
  CHECK(find_route("/demo/any/../thing", listen_role::everything)->path == "/demo/*");
}

TEST_CASE("no two rows have the same path, and every row has a handler", "[http]") {
  std::set<std::string_view> paths;
  for (const auto& one : routes()) {
    CHECK((one.answer != nullptr));
    CHECK(paths.insert(one.path).second);
  }
}
