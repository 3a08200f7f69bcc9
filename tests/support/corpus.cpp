#include "support/corpus.hpp"

#include "support/catch.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <fstream>

namespace longpolld::test {
namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

corpus_case read_case(const boost::json::value& value) {
  const auto text = [&](const char* key) { return std::string(value.at(key).as_string()); };
  const auto& requests = value.at("requests").as_array();
  corpus_case one{text("id"), from_hex(text("hex")), text("expect"), text("why"), requests.size(), false};
  for (const auto& request : requests) {
    for (const auto& flag : request.at(3).as_array()) {
      if (flag == "obs-fold" || flag == "dup-cl-same") one.is_open = true;
    }
  }
  return one;
}

}  // namespace

std::vector<corpus_case> read_corpora() {
  std::vector<corpus_case> all;
  const auto folder = std::filesystem::path(LONGPOLLD_SOURCE_DIR).parent_path() / "shared/corpora";
  for (const char* name : {"smuggler_668x2.jsonl", "llhttp_strict.jsonl", "llh_host.jsonl"}) {
    std::ifstream in(folder / name);
    if (!in) WARN("left out: " << name << ", which is not beside the project");
    for (std::string line; std::getline(in, line);) all.push_back(read_case(boost::json::parse(line)));
  }
  return all;
}

}  // namespace longpolld::test
