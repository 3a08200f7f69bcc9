// A query that is accepted keeps every rule of the contract, and a cursor survives being written and read
// again.
#include "longpolld/parts/category.hpp"
#include "longpolld/parts/query.hpp"

#include "fuzz/fuzz.hpp"

#include <chrono>
#include <set>

using namespace longpolld;

void longpolld::fuzz::run(std::string_view bytes) {
  static const config limits;
  const auto read = parse_query(bytes, limits);
  if (!read) return expect(read.error().status == 400 && !read.error().text.empty());
  expect(!read->categories.empty() && read->categories.size() <= query_categories_max);
  for (const auto& name : read->categories) expect(!category_fault(name));
  expect(std::set(read->categories.begin(), read->categories.end()).size() == read->categories.size());
  using std::chrono::seconds;
  expect(read->timeout >= seconds(1) && read->timeout <= seconds(limits.max_longpoll_timeout_seconds));
  expect(!read->since_time || (*read->since_time >= 0 && *read->since_time < unix_ms_end));
  expect(read->cursor.empty() || read->cursor.size() == read->categories.size());
  for (const auto& id : read->cursor) expect(id == no_position || decode(*parse_uuid(to_text(id))) == id);
}
