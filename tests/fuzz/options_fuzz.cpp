// Whatever a file holds is either a configuration within its ranges or a list of sentences.
#include "longpolld/process/config/config_merge.hpp"

#include "fuzz/fuzz.hpp"

using namespace longpolld;

void longpolld::fuzz::run(std::string_view bytes) {
  config_merge merge;
  merge.toml(bytes, "fuzz.toml");
  merge.check();
  for (const auto& problem : merge.problems()) expect(problem.find(": ") != std::string::npos);
  for (const auto& one : all_options()) {
    const auto* number = std::get_if<config::number config::*>(&one.where);
    if (!number) continue;
    const auto value = merge.value().*(*number);
    expect(value >= one.range.least && value <= one.range.most);
  }
}
