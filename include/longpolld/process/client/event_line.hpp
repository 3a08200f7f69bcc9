#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace longpolld {

/// How `tail` prints an event.
enum class event_form : std::uint8_t {
  json,      ///< as it came, line breaks between its tokens as spaces
  data,      ///< only its data, likewise
  pretty,    ///< local time, category and data, fit for a terminal
  coloured,  ///< the same in colours
};

/// What to print when nothing was asked for: by whether standard output is a terminal, $NO_COLOR and $TERM.
[[nodiscard]] event_form usual_form();

/// The line for an event that a server sent, without its end. An event that has no time, category and data is
/// printed as it came.
[[nodiscard]] std::string event_line(std::string_view event, event_form as);

}  // namespace longpolld
