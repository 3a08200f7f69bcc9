#include "longpolld/words/error.hpp"

namespace longpolld {

error beyond(int status, std::string_view rule, config::limit limit, config::number value) {
  return {status,
          std::string(rule) + " " + std::string(option_of(limit).name) + " = " + std::to_string(value),
          limit};
}

}  // namespace longpolld
