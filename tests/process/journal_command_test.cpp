#include "process/journal_server.hpp"

#include <csignal>
#include <fstream>

using namespace longpolld::test;

namespace {

/// A journal that a server has left: three events of one category, one of another.
void leave_journal(const std::string& file) {
  process server(journal_flags(file));
  client one(server.port());
  for (const auto* data : {"1", "{\"x\" : 1.50}", "\"drei\""}) REQUIRE_FALSE(one.publish("a", data).empty());
  REQUIRE_FALSE(one.publish("b", "4").empty());
  server.signal(SIGTERM);
  REQUIRE(server.wait().value_or(-1) == 0);
}

}  // namespace

TEST_CASE("journal --check says that all is well, or what is not", "[process]") {
  faulty_disk at;
  leave_journal(at / "j");
  const auto well = run({"journal", at / "j", "--check"});
  CHECK(well.code == 0);
  CHECK(holds(well, "2 categories, 4 rows, "));
  CHECK(holds(well, "all is well"));
  std::fstream file(at / "j", std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto place = bytes.find("\"drei\"");
  REQUIRE(place != std::string::npos);
  file.seekp(static_cast<std::streamoff>(place) + 1);
  file.put('D');
  file.close();
  const auto damaged = run({"journal", at / "j", "--check"});
  CHECK(damaged.code == 65);
  CHECK(holds(damaged, "table log, row 3: is damaged"));
  CHECK(holds(damaged, "1 faults"));
}

TEST_CASE("journal --dump prints a category's events, a line each", "[process]") {
  faulty_disk at;
  leave_journal(at / "j");
  const auto done = run({"journal", at / "j", "--dump", "a"});
  CHECK(done.code == 0);
  CHECK(std::count(done.output.begin(), done.output.end(), '\n') == 3);
  CHECK(holds(done, R"("category":"a","data":{"x" : 1.50},"id":")"));
  CHECK(run({"journal", at / "j", "--dump", "nobody"}).output.empty());
}

TEST_CASE("journal --compact leaves all events in a smaller file", "[process]") {
  faulty_disk at;
  {
    process server(journal_flags(at / "j", {"--max-event-buffer-size", "1"}));
    client one(server.port());
    const std::string data = '"' + std::string(60'000, 'x') + '"';
    for (int i = 0; i < 40; ++i) REQUIRE_FALSE(one.publish("a", data).empty());
    server.signal(SIGTERM);
    REQUIRE(server.wait());
  }
  const auto before = std::filesystem::file_size(at / "j");
  CHECK(run({"journal", at / "j", "--compact"}).code == 0);
  CHECK(std::filesystem::file_size(at / "j") < before);
  CHECK(run({"journal", at / "j", "--check"}).code == 0);
  CHECK(holds(run({"journal", at / "j", "--dump", "a"}), "\"timestamp\":"));
}

TEST_CASE("journal refuses a file that is none, is not there, or is in use", "[process]") {
  faulty_disk at;
  CHECK(run({"journal", at / "j", "--check"}).code == 69);
  CHECK_FALSE(std::filesystem::exists(at / "j"));
  CHECK(run({"journal"}).code == 64);
  const process server(journal_flags(at / "j"));
  REQUIRE(eventually([&] { return std::filesystem::exists(at / "j-wal"); }));
  const auto used = run({"journal", at / "j", "--check"});
  CHECK(used.code == 69);
  CHECK(holds(used, "another process has it open"));
}
