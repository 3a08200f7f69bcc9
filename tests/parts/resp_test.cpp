#include "longpolld/parts/resp.hpp"

#include "support/catch.hpp"

using namespace longpolld;
using kind = resp::value::kind;

namespace {

std::optional<resp::value> read(std::string_view bytes, std::size_t most = 1 << 20) {
  resp::reader from(most);
  from.feed(bytes);
  return from.next();
}

}  // namespace

TEST_CASE("a command is written as an array of texts, whatever bytes are in it", "[parts]") {
  std::string made;
  resp::append_command(made, {"SET", "a\r\n*1 {x}", std::string_view("\0", 1)});
  CHECK(made == "*3\r\n$3\r\nSET\r\n$9\r\na\r\n*1 {x}\r\n$1\r\n" + std::string(1, '\0') + "\r\n");
  resp::reader from(100);
  from.feed(made);
  const auto read = from.next();
  REQUIRE(read);
  REQUIRE(read->elements.size() == 3);
  CHECK(read->elements[1].text == "a\r\n*1 {x}");
}

TEST_CASE("answers of every kind are read", "[parts]") {
  CHECK(read("+OK\r\n")->is == kind::status);
  CHECK(read("+OK\r\n")->text == "OK");
  CHECK(read("-ERR no\r\n")->is_error());
  CHECK(read("-ERR no\r\n")->text == "ERR no");
  CHECK(read(":-12\r\n")->number == -12);
  CHECK(read("$-1\r\n")->is == kind::nil);
  CHECK(read("*-1\r\n")->is == kind::nil);
  CHECK(read("*0\r\n")->is_array());
  CHECK(read("$0\r\n\r\n")->is_text());
  const auto nested = read("*3\r\n*2\r\n:1\r\n$1\r\na\r\n*1\r\n*1\r\n+b\r\n$-1\r\n");
  REQUIRE(nested);
  REQUIRE(nested->elements.size() == 3);
  CHECK(nested->elements[0].elements[1].text == "a");
  CHECK(nested->elements[1].elements[0].elements[0].text == "b");
  CHECK(nested->elements[2].is == kind::nil);
}

TEST_CASE("answers are read however their bytes are split", "[parts]") {
  const std::string bytes = "*2\r\n$5\r\nhello\r\n*2\r\n:7\r\n-ERR x\r\n+next\r\n";
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    resp::reader from(1000);
    std::vector<resp::value> all;
    for (const auto& part : {bytes.substr(0, split), bytes.substr(split)}) {
      from.feed(part);
      while (auto one = from.next()) all.push_back(std::move(*one));
    }
    INFO(split);
    REQUIRE(all.size() == 2);
    CHECK(all[0].elements.at(0).text == "hello");
    CHECK(all[0].elements.at(1).elements.at(0).number == 7);
    CHECK(all[0].elements.at(1).elements.at(1).text == "ERR x");
    CHECK(all[1].text == "next");
  }
}

TEST_CASE("what is no answer is a fault, and nothing is read after it", "[parts]") {
  for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "*99999999999\r\n", "$-2\r\n", ":\r\n",
                            "*2147483647\r\n", "*9\r\n*9\r\n*9\r\n*9\r\n*9\r\n*9\r\n*9\r\n*9\r\n*9\r\n"}) {
    resp::reader from(1 << 20);
    from.feed(bytes);
    INFO(bytes);
    CHECK_FALSE(from.next());
    CHECK(from.fault() != "");
    from.feed("+OK\r\n");
    CHECK_FALSE(from.next());
  }
}

TEST_CASE("an answer beyond the bound is a fault before all of it has come", "[parts]") {
  resp::reader from(1000);
  from.feed("$1000000000\r\n");
  CHECK_FALSE(from.next());
  CHECK(from.fault().empty());
  from.feed(std::string(1000, 'x'));
  CHECK_FALSE(from.next());
  CHECK(from.is_too_large());
  CHECK(from.fault() != "");
}

TEST_CASE("the bound is on one answer, not on all that have come", "[parts]") {
  resp::reader from(1000);
  for (int i = 0; i < 100; ++i) {
    from.feed("$500\r\n" + std::string(500, 'x') + "\r\n$500\r\n" + std::string(500, 'y') + "\r\n+");
    REQUIRE(from.next());
    REQUIRE(from.next());
    CHECK_FALSE(from.next());
    from.feed("\r\n");
    REQUIRE(from.next());
  }
  CHECK(from.fault().empty());
}
