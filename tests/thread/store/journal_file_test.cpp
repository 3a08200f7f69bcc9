#include "thread/store/journal_fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string refusal(const std::string& path) {
  try {
    const journal_file one(path, journal_rows::whole{}, true);
    return "opened";
  } catch (const journal_fault& why) {
    CHECK(why.is == journal_fault::kind::refused);
    CHECK(std::string(why.what()).find(path.substr(path.rfind('/'))) != std::string::npos);
    return why.what();
  }
}
bool says(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

mode_t mode_of(const std::string& path) {
  struct stat of {};
  REQUIRE(::stat(path.c_str(), &of) == 0);
  return of.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a journal is readable and writable for its owner alone", "[thread]") {
  const folder at;
  const auto before = ::umask(0);
  kept_history one(at / "j", first_start);
  ::umask(before);
  one.publish({"a"});
  CHECK(mode_of(at / "j") == 0600);
  CHECK(mode_of(at / "j-wal") == 0600);
}

TEST_CASE("nobody else can open a journal that is open", "[thread]") {
  const folder at;
  const kept_history one(at / "j", first_start);
  CHECK(says(refusal(at / "j"), "another process has it open"));
}

TEST_CASE("a symbolic link is no journal, and what it names is left alone", "[thread]") {
  const folder at;
  write_file(at / "passwd", "root");
  std::filesystem::create_symlink(at / "passwd", at / "j");
  CHECK(says(refusal(at / "j"), "symbolic link"));
  std::filesystem::create_symlink(at / "nothing", at / "dangling");
  CHECK(says(refusal(at / "dangling"), "symbolic link"));
  CHECK(read_file(at / "passwd") == "root");
  CHECK_FALSE(std::filesystem::exists(at / "nothing"));
}

TEST_CASE("a journal may lie behind a directory's symbolic link, as systemd makes them", "[thread]") {
  const folder at;
  std::filesystem::create_directory(at / "private");
  std::filesystem::create_directory_symlink(at / "private", at / "state");
  kept_history one(at / "state/j", first_start);
  one.publish({"a"});
  CHECK(std::filesystem::exists(at / "private/j"));
}

TEST_CASE("what is no journal of ours is refused and left as it is", "[thread]") {
  const folder at;
  std::filesystem::create_directory(at / "directory");
  CHECK(says(refusal(at / "directory"), "not a regular file"));
  CHECK(says(refusal(at / "no/such/j"), "No such file"));
  write_file(at / "text", std::string(8192, 'x'));
  try {
    const journal_file one(at / "text", journal_rows::whole{}, true);
    FAIL("opened");
  } catch (const journal_fault& why) {
    CHECK(says(why.what(), "text"));
  }
  CHECK(read_file(at / "text") == std::string(8192, 'x'));
  {
    sql_database other((write_file(at / "other", ""), at / "other"), true);
    other.run("CREATE TABLE t(x)");
  }
  CHECK(says(refusal(at / "other"), "not a journal"));
}

TEST_CASE("a journal of a newer format is refused and left as it is", "[thread]") {
  const folder at;
  { kept_history(at / "j", first_start).publish({"a"}); }
  { sql_database(at / "j", true).run("PRAGMA user_version=2"); }
  CHECK(says(refusal(at / "j"), "format 2"));
  CHECK(says(refusal(at / "j"), "format 2"));
}

TEST_CASE("a journal whose file is gone or empty while its log is there is refused", "[thread]") {
  const folder at;
  { kept_history(at / "whole", first_start).publish({"a"}); }
  kept_history open(at / "j", first_start);
  open.publish({"a"});
  write_file(at / "lost-wal", read_file(at / "j-wal"));
  const auto log = read_file(at / "lost-wal");
  REQUIRE(log.size() > 4096);
  CHECK(says(refusal(at / "lost"), "missing or empty"));
  CHECK_FALSE(std::filesystem::exists(at / "lost"));
  write_file(at / "lost", "");
  CHECK(says(refusal(at / "lost"), "missing or empty"));
  CHECK(read_file(at / "lost-wal") == log);
}

TEST_CASE("a journal that was moved, replaced or removed takes nothing more", "[thread]") {
  const folder at;
  const std::string what = GENERATE("j", "j-wal");
  const bool is_replaced = GENERATE(false, true);
  kept_history one(at / "j", first_start);
  one.publish({"a"});
  std::filesystem::rename(at / what, at / "away");
  if (is_replaced) write_file(at / what, read_file(at / "away"));
  CHECK_THROWS_AS(one.commit({"a"}), journal_fault);
}

TEST_CASE("a file that may not be read or written is refused", "[thread]") {
  const folder at;
  { kept_history(at / "j", first_start).publish({"a"}); }
  if (::geteuid() == 0) {
    WARN("left out: rights of a file, which root has anyway");
    return;
  }
  std::filesystem::permissions(at / "j", std::filesystem::perms::owner_read);
  CHECK(says(refusal(at / "j"), "may not be written"));
}
