#include "process/journal_server.hpp"

#include <csignal>
#include <filesystem>
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

/// As if the disk had changed a letter of the third event.
void damage_drei(const std::string& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto place = bytes.find("\"drei\"");
  REQUIRE(place != std::string::npos);
  file.seekp(static_cast<std::streamoff>(place) + 1);
  file.put('D');
}

}  // namespace

TEST_CASE("journal --check says that all is well, or what is not", "[process]") {
  faulty_disk at;
  leave_journal(at / "j");
  const auto well = run({"journal", at / "j", "--check"});
  CHECK(well.code == 0);
  CHECK(holds(well, "2 categories, 4 rows, "));
  CHECK(holds(well, "all is well"));
  damage_drei(at / "j");
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

TEST_CASE("journal --dump says what is damaged beside the events, and by its exit code", "[process]") {
  faulty_disk at;
  leave_journal(at / "j");
  damage_drei(at / "j");
  const auto command = "\"$LONGPOLLD\" journal " + (at / "j") + " --dump a";
  const auto events = shell(command + " 2>/dev/null");
  CHECK(events.code == 65);
  CHECK(std::count(events.output.begin(), events.output.end(), '\n') == 2);
  CHECK(events.output.find("error") == std::string::npos);
  CHECK(holds(shell(command + " 2>&1 >/dev/null"), "a row of the journal is not used"));
}

TEST_CASE("journal makes nothing of a file that is empty", "[process]") {
  faulty_disk at;
  std::ofstream(at / "empty").close();
  std::filesystem::permissions(at / "empty", std::filesystem::perms(0600));
  for (const auto* what : {"--check", "--compact"}) {
    const auto done = run({"journal", at / "empty", what});
    CHECK(done.code == 69);
    CHECK(holds(done, "holds no journal"));
  }
  CHECK(std::filesystem::file_size(at / "empty") == 0);
}

TEST_CASE("a damaged log is said by journal --check, and left to the next start, which tells it",
          "[process]") {
  faulty_disk at;
  {
    process server(journal_flags(at / "j"));
    client one(server.port());
    for (int i = 0; i < 20; ++i) REQUIRE_FALSE(one.publish("a", std::to_string(i)).empty());
    server.signal(SIGKILL);
    REQUIRE(server.wait());
  }
  std::fstream log(at / "j-wal", std::ios::in | std::ios::out | std::ios::binary);
  log.seekp(static_cast<std::streamoff>(std::filesystem::file_size(at / "j-wal") / 2));
  log.put('\xa5');
  log.close();
  for (int look = 0; look < 2; ++look) {
    const auto checked = run({"journal", at / "j", "--check"});
    CHECK(checked.code == 65);
    CHECK(holds(checked, "j-wal, byte "));
  }
  CHECK(run({"journal", at / "j", "--compact"}).code == 65);
  process server(journal_flags(at / "j"));
  client one(server.port());
  CHECK(server.says("the journal's log is damaged"));
  CHECK(one.get("/events?category=a&since_time=1&timeout=1")->body.find("\"gap\"") != std::string::npos);
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
