#pragma once

#include "longpolld/heart/history.hpp"

#include <span>
#include <string_view>

namespace longpolld {

enum class reply_warning : std::uint8_t { none, since_in_future, several_by_time };

/// Renders what was found. Polls at the same place of the same category share one rendering: the last one is
/// remembered, with the events that it was rendered from, until forget().
/// Thread: its hub's.
class reply_maker {
 public:
  /// The reply that was rendered last goes into `into`, if it is the one for this reach. Returns whether it
  /// did. To be called inside the log's critical section.
  bool recall(const reach& of, found& into) const;

  /// The events, or the timeout where there are none. `name(i)` is called for categories with a gap.
  /// `is_shared`: remember it. Throws std::bad_alloc.
  template <class Name>
  [[nodiscard]] body_ptr render(found& what, reply_warning warning, bool is_shared, Name name) {
    if (what.body) return what.body;
    wire::notes also;
    also.cursor = what.cursor;
    also.suffix = what.suffix;
    for (std::size_t i = 0; i < what.cursor.size(); ++i) {
      if (((what.gaps >> i) & 1U) != 0) also.gap.push_back(name(i));
    }
    return finish(what, also, warning, is_shared);
  }

  /// Lets go of the last reply. With `bytes_max`: if it is larger than that.
  void forget(std::size_t bytes_max = 0);
  [[nodiscard]] bool remembers() const { return last_.body != nullptr; }

 private:
  [[nodiscard]] body_ptr finish(found& what, wire::notes& also, reply_warning warning, bool is_shared);

  struct {
    event_ptr first, last;
    bool gap = false;
    std::uint32_t count = 0;
    body_ptr body;
  } last_;
};

}  // namespace longpolld
