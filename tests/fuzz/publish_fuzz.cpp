// A body that is accepted is accepted by Boost.JSON too, but for halves of surrogate pairs, and what is
// delivered parses to what was sent.
#include "longpolld/parts/json_walker.hpp"
#include "longpolld/parts/wire.hpp"

#include "fuzz/fuzz.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

using namespace longpolld;

namespace {

boost::json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

boost::json::value read_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 40;
  return boost::json::parse(view(without_lone_surrogates(text)), {}, options);
}

/// The value of a key in any case; of one that is there.
const boost::json::value& at(const boost::json::object& in, std::string_view key) {
  return std::find_if(in.begin(), in.end(),
                      [&](const auto& pair) { return boost::beast::iequals(pair.key(), view(key)); })
      ->value();
}

/// Equal but for the last digits of doubles: Boost.JSON 1.81 reads the same digits differently at different
/// places of a buffer.
bool same(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_double() && b.is_double()) {
    return std::abs(a.get_double() - b.get_double()) <= 1e-12 * std::abs(a.get_double());
  }
  if (a.kind() != b.kind()) return false;
  if (a.is_array()) {
    const auto& x = a.get_array();
    const auto& y = b.get_array();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
  }
  if (!a.is_object()) return a == b;
  const auto& x = a.get_object();
  const auto& y = b.get_object();
  return x.size() == y.size() && std::all_of(x.begin(), x.end(), [&](const auto& pair) {
           const auto* other = y.if_contains(pair.key());
           return other && same(pair.value(), *other);
         });
}

}  // namespace

void longpolld::fuzz::run(std::string_view bytes) {
  static const config limits;
  const auto read = wire::parse_publish(bytes, limits);
  if (!read)
    return expect((read.error().status == 400 || read.error().status == 413) && !read.error().text.empty());
  const auto sent = read_json(bytes);
  for (std::size_t i = 0; i < read->events.size(); ++i) {
    const auto& one = read->events[i];
    const auto& object = (read->is_array ? sent.as_array()[i] : sent).as_object();
    expect(at(object, "category").as_string() == view(one.category));
    wire::finish_event(*one.text, {{1'700'000'000'000, 1}, 2});
    const auto delivered = read_json(one.text->json()).as_object();
    expect(same(delivered.at("data"), at(object, "data")));
    expect(delivered.at("category") == at(object, "category"));
  }
}
