#pragma once

#include "longpolld/heart/history.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace longpolld {

/// A page of all categories, in the byte order of their names. They are kept in no order, since an ordered
/// index would cost each new category time inside the critical section, and memory, for a page that an
/// operator asks for now and then: so each page looks at all of them, in steps small enough for publishers
/// not to notice. A category that is there all along is never missed. Plain code. Thread: one; look() and
/// fill() inside the history's critical section.
class category_page {
 public:
  struct row {
    std::string name;
    std::size_t events = 0, bytes = 0;
    std::optional<event_id> first, last;  ///< of the kept events
    std::uint32_t parked = 0;             ///< polls
  };

  /// Names that begin with `prefix` and stand behind `after`, `most` of them.
  category_page(std::string prefix, std::string after, std::size_t most)
      : prefix_(std::move(prefix)), after_(std::move(after)), most_(most) {}

  /// Looks at so many records more. Returns whether there are others. Throws std::bad_alloc.
  bool look(const history& in, std::size_t records);
  /// Once look() has found all names: reads so many of them. Returns whether there are others. Throws
  /// std::bad_alloc.
  bool fill(const history& in, std::size_t rows);

  /// Without those that were forgotten meanwhile.
  [[nodiscard]] const std::vector<row>& rows() const { return rows_; }
  /// Where the next page goes on; nothing when this is the last.
  [[nodiscard]] const std::optional<std::string>& next() const { return next_; }

 private:
  const std::string prefix_, after_;
  const std::size_t most_;
  std::optional<std::size_t> left_;  // records to look at
  std::set<std::string, std::less<>> names_;
  std::optional<std::string> next_;
  std::vector<row> rows_;
};

}  // namespace longpolld
