#include "longpolld/http/access/hook_settings.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using namespace std::chrono_literals;

namespace {

hook_settings good() {
  hook_settings of;
  of.url = *http_url::parse("https://example.org/auth");
  of.forward = {"Authorization", "Cookie", "X-Api-Key"};
  return of;
}

}  // namespace

TEST_CASE("a hook passes on header fields, none that its question has itself", "[http]") {
  CHECK_FALSE(good().fault());
  for (const char* name : {"Host", "content-LENGTH", "Transfer-Encoding", "Connection", "Accept-Encoding",
                           "cookie", "", "a b", "a:", "a\r\nb"}) {
    INFO(name);
    auto of = good();
    of.forward.emplace_back(name);
    CHECK(of.fault());
  }
  auto many = good();
  for (int i = 3; i < 32; ++i) many.forward.push_back("X-" + std::to_string(i));
  CHECK_FALSE(many.fault());
  many.forward.emplace_back("X-more");
  CHECK(many.fault());
}

TEST_CASE("a hook's times have an end", "[http]") {
  const auto with = [](std::chrono::seconds timeout, std::chrono::seconds cache) {
    auto of = good();
    of.timeout = timeout;
    of.cache = cache;
    return of.fault().has_value();
  };
  CHECK_FALSE(with(1s, 0s));
  CHECK_FALSE(with(60s, 24h));
  CHECK(with(0s, 0s));
  CHECK(with(61s, 0s));
  CHECK(with(1s, -1s));
  CHECK(with(1s, 24h + 1s));
  CHECK(hook_settings{}.fault());
}
