#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, int> floors = {{"words", 0},  {"parts", 1}, {"heart", 2},
                                           {"thread", 3}, {"http", 4},  {"process", 5}};

struct include_line {
  std::string file;
  std::string floor;
  std::string text;
};

std::vector<include_line> includes_of(std::istream& from, const std::string& file, const std::string& floor) {
  std::vector<include_line> found;
  for (std::string line; std::getline(from, line);) {
    const auto hash = line.find_first_not_of(" \t");
    const auto open = line.find_first_of("<\"");
    if (hash == std::string::npos || line[hash] != '#' || open == std::string::npos) continue;
    if (line.find("include") == std::string::npos) continue;
    found.push_back({file, floor, line.substr(open + 1, line.find_first_of(">\"", open + 1) - open - 1)});
  }
  return found;
}

std::vector<include_line> all_includes() {
  std::vector<include_line> found;
  for (const char* tree : {"/src", "/include/longpolld"}) {
    const fs::path root = std::string(LONGPOLLD_SOURCE_DIR) + tree;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ifstream in(entry.path());
      const auto below = fs::relative(entry.path(), root);
      const auto more = includes_of(in, below.string(), below.begin()->string());
      found.insert(found.end(), more.begin(), more.end());
    }
  }
  return found;
}

/// What is wrong with one include, or nothing.
std::string fault(const include_line& one) {
  const auto own = floors.find(one.floor);
  if (own == floors.end()) return one.file + " is on no floor";
  if (one.text.rfind("longpolld/", 0) == 0) {
    const auto rest = one.text.substr(10);
    const auto other = floors.find(rest.substr(0, rest.find('/')));
    if (other == floors.end()) return one.file + " includes " + one.text + ", which is on no floor";
    if (other->second > own->second) return one.file + " includes upward: " + one.text;
  }
  const auto only = [&](const std::string& prefix, int least, const std::string& place) {
    if (one.text.rfind(prefix, 0) != 0) return false;
    return own->second < least || (!place.empty() && one.file.rfind(place, 0) != 0);
  };
  const auto is_of = [&](const char* place) { return one.file.rfind(place, 0) == 0; };
  if (one.text.rfind("openssl/", 0) == 0 && !is_of("parts/jwt") && !is_of("parts/digest") &&
      !is_of("thread/io/tls_")) {
    return one.file + " includes " + one.text + ", which belongs in parts/jwt, parts/digest, thread/io/tls_";
  }
  if (only("boost/asio/ssl", 5, "process/client/http_call") || only("boost/asio", 3, "") ||
      only("hiredis/", 1, "parts/resp") || only("boost/beast", 4, "") || only("boost/json", 1, "parts/") ||
      only("CLI/", 5, "") || only("toml++/", 5, "process/config/toml_") || only("spdlog/", 0, "words/log") ||
      only("sys/socket", 3, "") || only("sys/epoll", 3, "") || only("thread", 3, "") ||
      only("mutex", 3, "") || only("fstream", 3, "") || only("filesystem", 3, "") || only("random", 3, "")) {
    return one.file + " includes " + one.text + ", which does not belong on its floor";
  }
  return "";
}

}  // namespace

TEST_CASE("the lower floors look at no clock: time is an argument", "[words]") {
  for (const char* tree : {"/src", "/include/longpolld"}) {
    for (const char* floor : {"/words", "/parts", "/heart"}) {
      for (const auto& entry :
           fs::recursive_directory_iterator(std::string(LONGPOLLD_SOURCE_DIR) + tree + floor)) {
        if (entry.path().filename() == "log.cpp") continue;  // whose lines begin with the time
        std::ifstream in(entry.path());
        const std::string text(std::istreambuf_iterator<char>(in), {});
        INFO(entry.path());
        CHECK(text.find("_clock::now") == std::string::npos);
      }
    }
  }
}

TEST_CASE("a file includes its own floor and lower ones, never higher", "[words]") {
  const auto all = all_includes();
  REQUIRE(all.size() > 100);
  for (const auto& one : all) CHECK(fault(one) == "");
}

TEST_CASE("the floors test fails when a floor is crossed", "[words]") {
  CHECK(fault({"parts/wire.cpp", "parts", "longpolld/heart/hub.hpp"}) != "");
  CHECK(fault({"heart/hub.cpp", "heart", "longpolld/thread/shard.hpp"}) != "");
  CHECK(fault({"heart/hub.cpp", "heart", "boost/asio/post.hpp"}) != "");
  CHECK(fault({"heart/hub.cpp", "heart", "mutex"}) != "");
  CHECK(fault({"http/router.cpp", "http", "openssl/evp.h"}) != "");
  CHECK(fault({"attic/thing.cpp", "attic", "string"}) != "");
  CHECK(fault({"http/connection.cpp", "http", "longpolld/heart/poll.hpp"}) == "");
}

TEST_CASE("no two headers define a type of the same name, which would be one to the linker", "[words]") {
  std::map<std::string, std::string> defined_in;
  const fs::path root = std::string(LONGPOLLD_SOURCE_DIR) + "/include";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      std::string kind, name;
      std::istringstream words(line);
      words >> kind >> name;
      if (kind == "enum") words >> name;
      const bool is_type = (kind == "class" || kind == "struct" || kind == "enum") && line.front() == kind[0];
      if (!is_type || line.find(';') != std::string::npos) continue;  // or but declared
      const auto [at, is_new] = defined_in.try_emplace(name, entry.path().string());
      INFO(name << " in " << at->second << " and " << entry.path());
      CHECK(is_new);
    }
  }
  CHECK(defined_in.size() > 150);
}

TEST_CASE("no file is longer than 300 lines", "[words]") {
  for (const char* tree : {"/src", "/include", "/tests", "/config"}) {
    for (const auto& entry : fs::recursive_directory_iterator(std::string(LONGPOLLD_SOURCE_DIR) + tree)) {
      const auto path = entry.path().string();
      const auto is_below = [&](const char* folder) { return path.find(folder) != std::string::npos; };
      if (!entry.is_regular_file() || is_below("/node_modules/") || is_below("/tests/tools/")) continue;
      const bool is_made = entry.path().extension() == ".webp" ||
                           entry.path().filename() == "longpolld.toml" ||
                           entry.path().filename() == "grafana.json" || is_below("/config/released/");
      if (is_made) continue;
      std::ifstream in(entry.path());
      const auto lines = std::count(std::istreambuf_iterator<char>(in), {}, '\n');
      INFO(entry.path());
      CHECK(lines <= 300);
    }
  }
}
