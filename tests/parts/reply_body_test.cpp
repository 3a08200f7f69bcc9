#include "longpolld/parts/reply_body.hpp"

#include "longpolld/parts/wire.hpp"

#include "support/catch.hpp"

#include <boost/json.hpp>

#include <array>

using namespace longpolld;

namespace {

std::vector<event_ptr> events_of(std::size_t count, std::size_t bytes) {
  std::vector<event_ptr> made;
  const std::string data = '"' + std::string(bytes, 'x') + '"';
  for (std::size_t i = 1; i <= count; ++i) {
    const auto one = wire::make_draft("a", "\"a\"", data).text;
    wire::finish_event(*one, {{static_cast<unix_ms>(i), i}, 1});
    made.push_back(one);
  }
  return made;
}

/// Reads a body as a socket would that takes `step` bytes of up to `most` pieces at a time.
std::string read(const reply_body& of, std::size_t step, std::size_t most) {
  std::string all;
  std::vector<std::string_view> views(most);
  for (reply_body::place at;;) {
    const auto count = of.pieces(at, views);
    std::string offered;
    for (std::size_t i = 0; i < count; ++i) offered += views[i];
    if (offered.empty()) return all;
    offered.resize(std::min(offered.size(), step));
    all += offered;
    at = of.after(at, offered.size());
  }
}

}  // namespace

TEST_CASE("a large reply refers to its events, a small one is one text, and both read the same", "[parts]") {
  const wire::notes also{{{{1, 1}, 1}}, {}, ""};
  auto few = events_of(3, 10);
  auto many = events_of(20, 1'000);
  CHECK(wire::events(few, also)->is_one_text());
  const auto large = wire::events(many, also);
  CHECK_FALSE(large->is_one_text());
  CHECK(large->text().size() < 100);
  const auto json = boost::json::parse(large->joined());
  CHECK(json.at("events").as_array().size() == 20);
  CHECK(json.at("events").at(19).at("data").as_string().size() == 1'000);
  CHECK(json.as_object().contains("cursor"));
}

TEST_CASE("a body is read whole in any steps", "[parts]") {
  for (const auto& body : {reply_body("{\"a\":1}"), reply_body("[", events_of(5, 30), "]"), reply_body(""),
                           reply_body("", events_of(2, 3), "")}) {
    CHECK(body.joined().size() == body.size());
    for (const std::size_t step : {1U, 2U, 7U, 64U, 1'000'000U}) {
      for (const std::size_t most : {1U, 2U, 3U, 100U}) CHECK(read(body, step, most) == body.joined());
    }
  }
}
