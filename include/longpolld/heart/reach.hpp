#pragma once

#include "longpolld/heart/category_books.hpp"
#include "longpolld/parts/query.hpp"

#include <boost/container/small_vector.hpp>

#include <cstddef>

namespace longpolld {

/// What of one category a poll gets: its ring's events from `index` to before `end`, and whether some before
/// `index` that it has not seen are lost. Valid until the category changes.
struct reach {
  category_record* in;
  std::size_t index;
  std::size_t end;
  bool gap;
  bool skips_given = false;  ///< less those that others were given; that at `index` is none of them

  [[nodiscard]] bool any() const { return index < end; }
};
using reaches = boost::container::small_vector<reach, 1>;

/// What a new poll gets of the `which`-th category of its query: what is kept after its position.
[[nodiscard]] reach reach_of(category_record& in, const subscribe_query& query, std::size_t which);

/// What a parked poll gets that has seen everything up to the ordinal `from`.
[[nodiscard]] reach reach_of(category_record& in, std::uint64_t from);

}  // namespace longpolld
