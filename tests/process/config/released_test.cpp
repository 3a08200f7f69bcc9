#include "longpolld/words/config.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

namespace fs = std::filesystem;

const fs::path released = LONGPOLLD_SOURCE_DIR "/tests/process/config/released";

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder in which the files have their places that a configuration names below /etc/longpolld.
class key_folder {
 public:
  key_folder() { fs::create_directory(at_); }
  ~key_folder() { fs::remove_all(at_); }

  /// The configuration, with the folder's files in place of its own; returns its name.
  [[nodiscard]] std::string take(const std::string& toml) const {
    const std::string named = "\"/etc/longpolld/";
    std::string made = toml;
    for (auto at = made.find(named); at != std::string::npos; at = made.find(named, at)) {
      const auto begin = at + named.size();
      std::ofstream(at_ / made.substr(begin, made.find('"', begin) - begin)) << std::string(64, 'k') << '\n';
      made.replace(at, named.size(), '"' + at_.string() + '/');
    }
    std::ofstream(at_ / "longpolld.toml") << made;
    return at_ / "longpolld.toml";
  }

 private:
  fs::path at_ = fs::temp_directory_path() / ("longpolld_released_" + std::to_string(::getpid()));
};

}  // namespace

// A file that once was released is never changed, or this test holds nothing: an option that is to go, or to
// be called otherwise, must still be read.
TEST_CASE("every configuration file of a released version is still accepted", "[process]") {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(released)) {
    INFO(entry.path());
    const key_folder keys;
    const auto checked = run({"--config", keys.take(text_of(entry.path())), "--check-config"});
    CHECK((checked.code == 0 && checked.output.empty()));
    ++files;
  }
  CHECK(files >= 2);
}

TEST_CASE("the file that is kept of this version uses every option there is", "[process]") {
  auto version = run({"--version"}).output;
  version = version.substr(version.find(' ') + 1, version.find('\n') - version.find(' ') - 1);
  const auto file = released / (version + ".toml");
  INFO("made of longpolld --print-config --example, with the hashes before its options taken away: " << file);
  REQUIRE(fs::exists(file));
  const auto text = '\n' + text_of(file);
  for (const auto& one : all_options()) {
    INFO(one.name);
    CHECK(text.find('\n' + std::string(one.name) + " = ") != text.npos);
  }
}
