#include "longpolld/process/commands.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = LONGPOLLD_SOURCE_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// All files and folders that are kept, each also by every end of its path.
std::set<std::string> names_in_tree() {
  std::set<std::string> names;
  for (fs::recursive_directory_iterator at(root), end; at != end; ++at) {
    const auto name = at->path().filename().string();
    if (name == ".git" || name == "node_modules" || name == "tools" || name.rfind("build", 0) == 0) {
      at.disable_recursion_pending();
      continue;
    }
    auto path = fs::relative(at->path(), root).string();
    for (names.insert(path); path.find('/') != std::string::npos; names.insert(path)) {
      path.erase(0, path.find('/') + 1);
    }
  }
  return names;
}

bool is_name_of_file(std::string_view word) {
  for (const char* folder : {"src/", "include/", "tests/", "config/", "systemd/", ".ci/"}) {
    if (word.rfind(folder, 0) == 0) return true;
  }
  if (word.front() == '.' || word.front() == '/' || word.find_first_of("<>*$@") != word.npos) return false;
  for (const char* end : {".cpp", ".hpp", ".md", ".sh", ".js", ".mjs", ".ts", ".py", ".toml", ".json",
                          ".cmake", ".in", ".html", ".css"}) {
    if (word.size() > std::string_view(end).size() &&
        word.substr(word.size() - std::string_view(end).size()) == end)
      return true;
  }
  return false;
}

/// What stands in backticks, line by line or in a block, in order.
std::vector<std::string> code_in(const std::string& document) {
  std::vector<std::string> all;
  bool is_code = false;
  std::string code;
  for (std::size_t at = 0; at < document.size(); ++at) {
    if (document[at] != '`') {
      if (is_code) code += document[at];
      continue;
    }
    while (at + 1 < document.size() && document[at + 1] == '`') ++at;
    if (is_code) all.push_back(std::exchange(code, ""));
    is_code = !is_code;
  }
  return all;
}

/// The text's parts between these characters.
std::vector<std::string> split(std::string text, std::string_view at) {
  std::replace_if(
      text.begin(), text.end(), [&](char c) { return at.find(c) != at.npos; }, ' ');
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

/// The words in backticks, also of whole blocks, that name a file or a folder of the tree.
std::vector<std::string> named_in(const std::string& document) {
  std::vector<std::string> names;
  for (const auto& code : code_in(document)) {
    for (auto& word : split(code, "()[],;:='\"")) {
      if (!is_name_of_file(word)) continue;
      if (word.back() == '/') word.pop_back();
      names.push_back(word);
    }
  }
  return names;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// All words of the sources and of the tests.
std::set<std::string> words_in_sources() {
  std::set<std::string> words;
  for (const char* tree : {"src", "include", "tests/support", "tests/http"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / tree)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::string word;
      for (const char c : text_of(entry.path()) + ' ') {
        if (is_letter(c) || (!word.empty() && c >= '0' && c <= '9')) {
          word += c;
        } else if (!word.empty()) {
          words.insert(std::exchange(word, ""));
        }
      }
    }
  }
  return words;
}

/// Words in backticks that can only be names of code: `hub`, `hub::serve`, `parks()`.
std::vector<std::string> code_named_in(const std::string& document) {
  std::vector<std::string> names;
  for (auto code : code_in(document)) {
    if (code.size() > 2 && code.substr(code.size() - 2) == "()") code.resize(code.size() - 2);
    if (code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_:") != code.npos) continue;
    for (const auto& part : split(code, ":")) names.push_back(part);
  }
  return names;
}

/// The flags of longpolld and its commands in backticks, not those of other programs: they begin the code, or
/// stand behind the program's or a command's name.
std::vector<std::string> flags_named_in(const std::string& document) {
  std::vector<std::string> flags;
  for (const auto& code : code_in(document)) {
    std::istringstream lines(code);
    for (std::string line; std::getline(lines, line);) {
      const auto begins_with = [&](std::string_view word) { return line.rfind(word, 0) == 0; };
      const bool is_ours = begins_with("-") || begins_with("longpolld ") || begins_with("tail ") ||
                           begins_with("publish ") || line.find("build/longpolld ") != line.npos;
      if (!is_ours) continue;
      for (auto& word : split(line, "()[],;:='\"")) {
        if (word.size() > 1 && word.front() == '-') flags.push_back(std::move(word));
      }
    }
  }
  return flags;
}

/// Those that the help of the server or of a command shows.
std::set<std::string> known_flags() {
  std::set<std::string> known;
  const auto add = [&](const std::vector<longpolld::flag>& flags) {
    for (const auto& one : flags) known.insert(one.names.begin(), one.names.end());
  };
  for (const auto& one : longpolld::commands()) add(one.describe().flags);
  return known;
}

}  // namespace

TEST_CASE("every file that the guides for contributors name is there", "[words]") {
  const auto there = names_in_tree();
  for (const char* document : {"CONTRIBUTING.md", "tests/README.md", "src/README.md"}) {
    if (!fs::exists(root / document)) continue;
    const auto names = named_in(text_of(root / document));
    CHECK(names.size() > 2);
    for (const auto& name : names) {
      INFO(document << " names " << name);
      CHECK(there.count(name) == 1);
    }
  }
}

TEST_CASE("the test of the guides sees names in lines and blocks, and nothing else", "[words]") {
  const std::vector<std::string> all = {"tests/gone.sh", "gone.hpp", "heart/gone.cpp", "tests/page"};
  CHECK(named_in("`tests/gone.sh`, in `gone.hpp`\n```sh\nsh heart/gone.cpp --at=tests/page/ # x\n```") ==
        all);
  CHECK(named_in("`GET /events` of `words` and tests/gone.sh, `sh -c`, `0.1.0`, `../shared`").empty());
  CHECK(names_in_tree().count("gone.hpp") == 0);
}

TEST_CASE("what the map of the sources names of the code is there", "[words]") {
  const std::set<std::string> of_libraries = {"any_completion_handler", "cancel_after", "thread_local",
                                              "_seconds", "_bytes"};
  const auto there = words_in_sources();
  const auto named = code_named_in(text_of(root / "src/README.md"));
  CHECK(named.size() > 100);
  for (const auto& name : named) {
    INFO("src/README.md names " << name);
    CHECK((there.count(name) == 1 || of_libraries.count(name) == 1));
  }
  CHECK(code_named_in("`hub::serve`, `parks()`, `GET /x`, `a b`, plain").size() == 3);
}

TEST_CASE("the program knows every flag that the README names", "[process]") {
  const auto known = known_flags();
  const auto named = flags_named_in(text_of(root / "README.md"));
  for (const char* flag : {"-q", "--data", "--header", "--user", "--since", "--config", "--for"}) {
    INFO(flag << " is no more in the README, or not seen there");
    CHECK(std::count(named.begin(), named.end(), flag) > 0);
  }
  for (const auto& flag : named) {
    INFO("README.md names " << flag);
    CHECK(known.count(flag) == 1);
  }
  const std::vector<std::string> all = {"--gone", "-x", "--at", "--of"};
  CHECK(flags_named_in("`--gone 5`, `-x`\n```sh\nbuild/longpolld tail a --at=1  # --of: it\n```") == all);
  CHECK(flags_named_in("`docker run --rm longpolld`, `curl -d`, --plain, `kill -USR1`").empty());
}
