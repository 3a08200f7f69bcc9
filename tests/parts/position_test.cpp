#include "longpolld/parts/position.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("an id is a UUID of version 7 that holds timestamp, ordinal and epoch", "[parts]") {
  const event_id id{{0x0123456789ab, 0xabcdef1234}, 0x3ffffffff};
  const auto text = to_text(id);
  CHECK(text.substr(0, 15) == "01234567-89ab-7");
  REQUIRE(parse_uuid(text));
  CHECK(decode(*parse_uuid(text)) == id);
}

TEST_CASE("the text order of ids is the order of timestamps and then of ordinals", "[parts]") {
  const auto text = [](unix_ms ms, std::uint64_t ordinal) { return to_text({{ms, ordinal}, 5}); };
  CHECK(text(1, 9) < text(2, 1));
  CHECK(text(2, 1) < text(2, 2));
  CHECK(text(2, (1U << 28U) - 1) < text(2, 1U << 28U));
  CHECK(text(2, ordinal_end - 2) < text(2, ordinal_end - 1));
}

TEST_CASE("every spelling of a UUID that golongpoll takes is the same", "[parts]") {
  const auto same = parse_uuid("0191b3a2-77f0-7abc-8def-0123456789ab");
  REQUIRE(same);
  CHECK(parse_uuid("0191B3A2-77F0-7ABC-8DEF-0123456789AB") == same);
  CHECK(parse_uuid("0191b3a277f07abc8def0123456789ab") == same);
  CHECK(parse_uuid("{0191b3a2-77f0-7abc-8def-0123456789ab}") == same);
  CHECK(parse_uuid("urn:uuid:0191b3a2-77f0-7abc-8def-0123456789ab") == same);
}

TEST_CASE("what is not a UUID is refused", "[parts]") {
  for (const char* text : {"", "null", "1700-0", "0191b3a2-77f0-7abc-8def-0123456789a", "../../etc",
                           "0191b3a2-77f0-7abc-8def-0123456789abc", "0191b3a2077f0-7abc-8def-0123456789ab",
                           "0191b3a2-77f0-7abc-8def-0123456789ag", "{0191b3a2-77f0-7abc-8def-0123456789ab"}) {
    CHECK_FALSE(parse_uuid(text));
  }
}

TEST_CASE("each byte at each place of a UUID is a digit of its value, its dash, or refused", "[parts]") {
  const std::string zero = "00000000-0000-0000-0000-000000000000";
  const std::string digits = "0123456789abcdef";
  for (std::size_t place = 0; place < zero.size(); ++place) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      auto text = zero;
      text[place] = c;
      const auto lower = static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
      const bool allowed = zero[place] == '-' ? c == '-' : digits.find(lower) != std::string::npos;
      const auto read = parse_uuid(text);
      REQUIRE(read.has_value() == allowed);
      if (!allowed) continue;
      text[place] = lower;
      std::string written(uuid_chars, ' ');
      write_uuid(*read, written.data());
      REQUIRE(written == text);
    }
  }
}

TEST_CASE("golongpoll's own ids are not ours", "[parts]") {
  CHECK_FALSE(decode(*parse_uuid("d0ee6ba0-8c7c-4d4f-9b4b-1d3c5b6a7f00")));
}
