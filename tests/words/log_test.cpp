#include "longpolld/words/log.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("a client's text is logged escaped, on one line", "[words]") {
  CHECK(log::printable("plain ü €") == "plain ü €");
  CHECK(log::printable("a\nb\r\x1b[2J") == "a\\u000ab\\u000d\\u001b[2J");
  CHECK(log::printable("\"\\") == "\\\"\\\\");
  CHECK(log::printable("\xe2\x80\xa8\xe2\x80\xae") == "\\u2028\\u202e");
  CHECK(log::printable("\xff\xc0\xaf") == "\\u00ff\\u00c0\\u00af");
}

TEST_CASE("a client's text is cut at 256 bytes in the log", "[words]") {
  CHECK(log::printable(std::string(256, 'a')) == std::string(256, 'a'));
  CHECK(log::printable(std::string(257, 'a')) == std::string(256, 'a') + "…");
  CHECK(log::printable(std::string(255, 'a') + "€") == std::string(255, 'a') + "…");
  CHECK(log::printable(std::string(257, '\x80')).size() ==
        256 * std::string("\\u0080").size() + std::string("…").size());
}
