#pragma once

#include "longpolld/words/option.hpp"

#include <string>
#include <string_view>

namespace longpolld {

/// The text of config/longpolld.toml: every option with its help and, commented out, its default.
[[nodiscard]] std::string config_example();

/// Its first lines: how options are given, and in which units.
[[nodiscard]] std::string_view config_opening();

/// Its last lines: the tables of who may do what.
[[nodiscard]] std::string_view config_tables();

/// `name = default`, as a line of the file.
[[nodiscard]] std::string config_line(const option& of);

}  // namespace longpolld
