#include "longpolld/parts/json_walker.hpp"

#include <boost/json/parse.hpp>

namespace longpolld {

std::string json_text(std::string_view json_string) {
  const auto inner = json_string.substr(1, json_string.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return std::string(inner);
  const auto value = boost::json::parse(boost::json::string_view(json_string.data(), json_string.size()));
  return {value.get_string().data(), value.get_string().size()};
}

}  // namespace longpolld
