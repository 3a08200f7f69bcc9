#include "process/journal_server.hpp"

#include <cerrno>
#include <csignal>
#include <sys/mount.h>

using namespace longpolld::test;

// A disk that is full, or read-only, or has another file where the journal was.

namespace {

/// A file system of a megabyte, where root may make one.
class small_disk {
 public:
  explicit small_disk(const std::string& at) : at_(at) {
    std::filesystem::create_directory(at_);
    is_there_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~small_disk() {
    if (is_there_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  [[nodiscard]] bool is_there() const { return is_there_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return at_ + '/' + name; }
  void make_read_only() const {
    REQUIRE(::mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=1m") == 0);
  }
  void grow() const { REQUIRE(::mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT, "size=16m") == 0); }

 private:
  const std::string at_;
  bool is_there_ = false;
};

}  // namespace

TEST_CASE("a file system that turns read-only under the server costs publishers a 503, and readers nothing",
          "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j"), at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->write_error = at->sync_error = EROFS;  // what is written is refused before it could be synced
  for (int i = 0; i < 3; ++i) {
    const auto refused = publish(port);
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK_FALSE(refused->json().at("maybe_stored").as_bool());
  }
  CHECK(readiness(port) == 503);
  CHECK(all_of(port, "a").size() == 1);
  CHECK(server.says("Read-only file system"));
  CHECK(says_once(server, "the journal cannot be written"));
  server.signal(SIGTERM);
  CHECK(server.wait().has_value());
  at->write_error = at->sync_error = 0;
  process next(journal_flags(at / "j"));
  REQUIRE(is_ready(next.port()));
  CHECK(all_of(next.port(), "a").size() == 1);
}

TEST_CASE(
    "a file system that turns read-only between a write and its sync ends the process, and nobody had a 200",
    "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j"), at.environment());
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  at->sync_error = EROFS;
  CHECK_FALSE(publish(port));
  CHECK(server.wait().value_or(-1) == 74);
}

TEST_CASE("a full disk costs publishers a 503, and room on it is used again", "[process]") {
  faulty_disk at;
  const small_disk small(at / "small");
  if (!small.is_there()) {
    WARN("left out: a full disk: no root, or no tmpfs");
    return;
  }
  const std::string data = '"' + std::string(20'000, 'x') + '"';
  process server(journal_flags(small / "j"));
  const auto port = server.port();
  REQUIRE(is_ready(port));
  std::size_t stored = 0;
  bool is_full = false;
  for (int i = 0; i < 100 && !is_full; ++i) {
    const auto answer = publish(port, data);
    REQUIRE(answer);
    if (answer->status == 200) ++stored;
    if (answer->status != 503) continue;
    is_full = true;
    CHECK_FALSE(answer->json().at("maybe_stored").as_bool());
    CHECK(readiness(port) == 503);
  }
  CHECK(is_full);
  CHECK(all_of(port, "a").size() == stored);
  small.grow();
  REQUIRE(publish(port, data)->status == 200);
  server.signal(SIGKILL);
  REQUIRE(server.wait());
  process next(journal_flags(small / "j"));
  REQUIRE(is_ready(next.port()));
  CHECK(all_of(next.port(), "a").size() == stored + 1);
}

TEST_CASE("a read-only file system refuses the start, and later the publishes", "[process]") {
  faulty_disk at;
  const small_disk small(at / "small");
  if (!small.is_there()) {
    WARN("left out: a read-only file system: no root, or no tmpfs");
    return;
  }
  {
    process server(journal_flags(small / "j"));
    REQUIRE(is_ready(server.port()));
    REQUIRE(publish(server.port())->status == 200);
    server.signal(SIGTERM);
    REQUIRE(server.wait());
  }
  small.make_read_only();
  const auto refused = run(journal_flags(small / "j"));
  CHECK(refused.code == 69);
  CHECK(holds(refused, "may not be written"));
}

TEST_CASE("a journal that is replaced under the server takes no more, and says so once", "[process]") {
  faulty_disk at;
  process server(journal_flags(at / "j"));
  const auto port = server.port();
  REQUIRE(publish(port)->status == 200);
  std::filesystem::rename(at / "j", at / "away");
  std::filesystem::copy_file(at / "away", at / "j");
  CHECK(publish(port)->status == 503);
  CHECK(publish(port)->status == 503);
  CHECK(readiness(port) == 503);
  CHECK(says_once(server, "was moved, replaced or removed"));
  CHECK(all_of(port, "a").size() == 1);
}
