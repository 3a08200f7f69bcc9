#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <fstream>
#include <string>

using namespace longpolld::test;

namespace {

std::size_t resident_mib(pid_t of) {
  std::ifstream in("/proc/" + std::to_string(of) + "/status");
  for (std::string word; in >> word;) {
    if (word != "VmRSS:") continue;
    std::size_t kib = 0;
    in >> kib;
    return kib / 1024;
  }
  return 0;
}

}  // namespace

TEST_CASE("memory of events that expired goes back to the system", "[process]") {
  process server({"--listen", "127.0.0.1:0", "--threads", "2", "--event-time-to-live-seconds", "2",
                  "--max-event-buffer-size", "1000000", "--max-requests-per-connection", "0"});
  client one(server.port());
  std::string batch = "[";
  for (int i = 0; i < 500; ++i) {
    batch += (i == 0 ? "" : ",") + (R"({"category":"a","data":")" + std::string(1'000, 'x') + "\"}");
  }
  batch += "]";
  for (int i = 0; i < 120; ++i) REQUIRE(one.post("/publish", batch)->status == 200);
  CHECK(resident_mib(server.id()) > 50);
  const auto is_back = [&] { return resident_mib(server.id()) < 40; };
  CHECK((eventually(is_back) || eventually(is_back)));
}
