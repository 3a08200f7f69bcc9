// Whatever is read as a UUID is the one Boost.UUID reads, and what is read as an id is written back the same.
#include "longpolld/parts/position.hpp"

#include "fuzz/fuzz.hpp"

#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid.hpp>

#include <algorithm>
#include <exception>
#include <optional>

using namespace longpolld;

namespace {

std::optional<uuid> second_opinion(std::string_view text) {
  if (text.starts_with("urn:uuid:")) text.remove_prefix(9);
  try {
    const auto read = boost::uuids::string_generator()(text.begin(), text.end());
    uuid made;
    for (std::size_t i = 0; i < 16; ++i) {
      auto& half = i < 8 ? made.high : made.low;
      half = half << 8U | read.data[i];
    }
    return made;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

void longpolld::fuzz::run(std::string_view bytes) {
  const auto read = parse_uuid(bytes);
  const auto other = second_opinion(bytes);
  // Boost.UUID's brackets need not match, and it stops at a NUL.
  if (read) expect(other == read);
  if (other && !read) expect(bytes.find_first_of(std::string_view("{}\0", 3)) != std::string_view::npos);
  if (!read) return;
  const auto id = decode(*read);
  if (!id) return;
  expect(encode(*id) == *read);
  expect(parse_uuid(to_text(*id)) == read);
  expect(id->at.ms >= 0 && id->at.ms < unix_ms_end && id->at.ordinal < ordinal_end && id->epoch < epoch_end);
}
