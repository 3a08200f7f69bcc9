#include "process/journal_server.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <thread>

using namespace longpolld::test;

namespace {

/// Publishes to one category until the server is gone. What was answered 200, by its id.
std::map<std::string, std::string> publish_until_killed(std::uint16_t port, const std::string& category,
                                                        int publisher) {
  std::map<std::string, std::string> acknowledged;
  try {
    client one(port);
    for (int n = 0;; ++n) {
      const auto data = R"({"p":)" + std::to_string(publisher) + R"(,"n":)" + std::to_string(n) + "}";
      const auto answer = one.post("/publish", R"({"category":")" + category + R"(","data":)" + data + "}");
      if (!answer) return acknowledged;
      if (answer->status == 200) acknowledged[std::string(answer->json().at("id").as_string())] = data;
    }
  } catch (const std::exception&) {
    return acknowledged;
  }
}

/// Breaches: what was acknowledged and is not there, or is not what it was.
std::vector<std::string> missing(const std::map<std::string, std::string>& acknowledged, std::uint16_t port,
                                 const std::string& category) {
  std::map<std::string, std::string> there;
  std::vector<std::string> found;
  std::string last;
  for (const auto& [id, data] : all_of(port, category)) {
    if (!there.emplace(id, data).second) found.push_back("given twice: " + id);
    if (id <= last) found.push_back("out of order: " + id);
    last = id;
  }
  for (const auto& [id, data] : acknowledged) {
    const auto at = there.find(id);
    if (at == there.end()) found.push_back("acknowledged and gone: " + id);
    if (at != there.end() && at->second != data) found.push_back("altered: " + id);
  }
  return found;
}

}  // namespace

TEST_CASE("behind an event that was taken before a restart all is found, each once", "[process]") {
  const folder at;
  const auto flags = journal_flags(at / "j", {"--delete-event-after-first-retrieval", "true"});
  std::vector<std::string> ids;
  {
    process server(flags);
    const auto port = server.port();
    REQUIRE(is_ready(port));
    client by(port), waits(port);
    for (int i = 1; i <= 4; ++i) ids.push_back(by.publish("a", std::to_string(i)));
    waits.send(request_text("GET", "/events?category=a&timeout=60&last_id=" + ids[3]));
    ids.push_back(by.publish("a", "5"));
    REQUIRE(waits.receive());
    server.signal(SIGTERM);
    REQUIRE(server.wait());
  }
  process server(flags);
  REQUIRE(is_ready(server.port()));
  client by(server.port());
  ids.push_back(by.publish("a", "6"));
  const auto behind = [&](std::size_t which) {
    const auto got = by.get("/events?category=a&timeout=1&last_id=" + ids[which - 1]);
    std::string data;
    if (!got) return data;
    const auto body = got->json();
    for (const auto& one : body.at("events").as_array()) {
      data += std::to_string(one.at("data").to_number<int>());
    }
    return data;
  };
  CHECK(behind(2) == "346");
  CHECK(behind(1) == "2");
}

TEST_CASE("what was acknowledged outlives kill -9 at any instant, with its id and its place", "[process]") {
  faulty_disk at;
  std::map<std::string, std::string> acknowledged;
  std::mt19937 random(1);
  std::string cursor;
  for (int round = 0; round < 12; ++round) {
    process server(journal_flags(at / "j"));
    const auto port = server.port();
    REQUIRE(is_ready(port));
    const auto breaches = missing(acknowledged, port, "a");
    for (const auto& one : breaches) UNSCOPED_INFO(one);
    REQUIRE(breaches.empty());
    if (!cursor.empty()) {
      client one(port);
      const auto answer = one.get("/events?category=a&timeout=1&cursor=" + cursor);
      REQUIRE(answer);
      CHECK_FALSE(answer->json().as_object().contains("gap"));
    }
    std::mutex guard;
    std::vector<std::thread> publishers;
    for (int p = 0; p < 4; ++p) {
      publishers.emplace_back([&, p] {
        auto mine = publish_until_killed(port, "a", round * 10 + p);
        const std::lock_guard lock(guard);
        acknowledged.merge(mine);
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 200));
    client reader(port);
    if (const auto answer = reader.get("/events?category=a&timeout=1&since_time=0"); answer) {
      cursor = answer->json().at("cursor").as_string();
    }
    server.signal(SIGKILL);
    for (auto& one : publishers) one.join();
  }
  CHECK(acknowledged.size() > 100);
}

TEST_CASE("a server that is stopped and started goes on where it was", "[process]") {
  faulty_disk at;
  std::string id;
  {
    process server(journal_flags(at / "j"));
    client one(server.port());
    id = one.publish("a", "1");
    REQUIRE_FALSE(id.empty());
    server.signal(SIGTERM);
    CHECK(server.wait().value_or(-1) == 0);
  }
  process server(journal_flags(at / "j"));
  REQUIRE(is_ready(server.port()));
  CHECK(server.says("the journal is read"));
  const auto all = all_of(server.port(), "a");
  REQUIRE(all.size() == 1);
  CHECK(all[0].first == id);
}

TEST_CASE("a second server on the same journal is refused", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j"));
  REQUIRE(is_ready(server.port()));
  const auto second = run(journal_flags(at / "j"));
  CHECK(second.code == 69);
  CHECK(holds(second, "another process has it open"));
}

TEST_CASE("a journal without a file is a wrong option, and systemd's state directory is one", "[process]") {
  const auto without = run({"--listen", "127.0.0.1:0", "--store", "journal", "--check-config"});
  CHECK(without.code == 78);
  CHECK(holds(without, "journal_file: is not set; store = journal needs it"));
  const auto given =
      run({"--listen", "127.0.0.1:0", "--print-config"}, {"STATE_DIRECTORY=/var/lib/longpolld:/other"});
  CHECK(given.code == 0);
  CHECK(holds(given, "store = \"journal\"  # STATE_DIRECTORY"));
  CHECK(holds(run({"--store", "memory", "--print-config"}, {"STATE_DIRECTORY=/var/lib/longpolld"}),
              "store = \"memory\"  # flag --store"));
  CHECK(holds(given, "journal_file = \"/var/lib/longpolld/longpolld.db\"  # STATE_DIRECTORY"));
}

TEST_CASE("the command publish repeats what may be stored, and it is stored once", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j", {"--store-timeout-seconds", "1"}), at.environment());
  const auto port = server.port();
  REQUIRE_FALSE(client(port).publish("a", "1").empty());
  at->sync_delay_ms = 1'700;
  const auto done =
      run({"publish", "b", "1", "--patience", "60", "--url", "http://127.0.0.1:" + std::to_string(port)});
  CHECK(done.code == 0);
  at->sync_delay_ms = 0;
  CHECK(all_of(port, "b").size() == 1);
}

TEST_CASE("an idempotency key outlives kill -9", "[process]") {
  faulty_disk at;
  const auto post = [](std::uint16_t port) {
    client one(port);
    return one.post("/publish", R"([{"category":"a","data":1},{"category":"b","data":2}])",
                    "Idempotency-Key: once\r\n");
  };
  std::string first;
  for (int round = 0; round < 3; ++round) {
    process server(journal_flags(at / "j"));
    REQUIRE(is_ready(server.port()));
    const auto answer = post(server.port());
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->field("Idempotent-Replayed") == (round == 0 ? "" : "true"));
    if (round == 0) first = answer->body;
    CHECK(answer->body == first);
    CHECK(all_of(server.port(), "a").size() == 1);
    server.signal(SIGKILL);
    REQUIRE(server.wait());
  }
}

TEST_CASE("a category that was forgotten before a kill leaves its ordinals to nobody after it", "[process]") {
  faulty_disk at;
  const auto flags = journal_flags(at / "j", {"--max-categories", "2"});
  std::string cursor;
  {
    process server(flags);
    client one(server.port());
    for (int i = 0; i < 50; ++i) REQUIRE_FALSE(one.publish("long", "1").empty());
    REQUIRE_FALSE(one.publish("a", "1").empty());
    REQUIRE_FALSE(one.publish("b", "1").empty());  // for which the first is forgotten
    const auto place = one.get("/events?category=new&timeout=1")->json().at("cursor");
    cursor = std::string(place.as_string());
    // The house is kept four times a second, and has nothing more to write then.
    auto size = std::filesystem::file_size(at / "j-wal");
    for (int quiet = 0; quiet < 10; ++quiet) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      const auto now = std::filesystem::file_size(at / "j-wal");
      if (now != std::exchange(size, now)) quiet = 0;
    }
    server.signal(SIGKILL);
    REQUIRE(server.wait());
  }
  process server(flags);
  client one(server.port());
  for (int i = 0; i < 3; ++i) REQUIRE_FALSE(one.publish("new", "1").empty());
  const auto got = one.get("/events?category=new&timeout=1&cursor=" + cursor)->json();
  CHECK_FALSE(got.as_object().contains("gap"));
  CHECK(got.at("events").as_array().size() == 3);
}
