#include "longpolld/http/trusted_proxies.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

client_key key(const std::string& address) { return key_of(boost::asio::ip::make_address(address)); }

trusted_proxies trusting(config::list networks) {
  config of;
  of.trusted_proxies = std::move(networks);
  return trusted_proxies(of);
}

bool trusts(const trusted_proxies& by, const std::string& address) {
  return by.trusts(boost::asio::ip::make_address(address));
}

}  // namespace

TEST_CASE("an IPv4 address counts alone, an IPv6 address with its /64", "[http]") {
  CHECK(key("192.0.2.1") != key("192.0.2.2"));
  CHECK(key("192.0.2.1") == key("::ffff:192.0.2.1"));
  CHECK(key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff::2"));
  CHECK(key("2001:db8:0:1::1") != key("2001:db8:0:2::1"));
  CHECK(key("::1") != 0);
}

TEST_CASE("a client's address is told as it counts", "[http]") {
  CHECK(to_text(key("192.0.2.1")) == "192.0.2.1");
  CHECK(to_text(key("::ffff:192.0.2.1")) == "192.0.2.1");
  CHECK(to_text(key("::1")) == "::1");
  CHECK(to_text(key("::2")) == "::/64");
  CHECK(key("::") != 0);
  CHECK(to_text(key("2001:db8:0:1::2")) == "2001:db8:0:1::/64");
  CHECK(to_text(0) == "-");
}

TEST_CASE("networks are trusted to their last address and no further", "[http]") {
  const auto some = trusting({"10.0.0.0/8", "192.0.2.129", "192.0.2.64/27", "2001:db8::/33", "::1"});
  for (const char* inside : {"10.0.0.0", "10.255.255.255", "192.0.2.129", "192.0.2.64", "192.0.2.95",
                             "2001:db8:7fff::1", "::1", "::ffff:10.1.2.3"}) {
    INFO(inside);
    CHECK(trusts(some, inside));
  }
  for (const char* outside :
       {"9.255.255.255", "11.0.0.0", "192.0.2.128", "192.0.2.63", "192.0.2.96", "2001:db8:8000::1", "::2"}) {
    INFO(outside);
    CHECK_FALSE(trusts(some, outside));
  }
  CHECK_FALSE(trusts(trusting({}), "127.0.0.1"));
  CHECK(trusts(trusting({"0.0.0.0/0"}), "203.0.113.9"));
}

TEST_CASE("the client is the last address that is not a trusted proxy, whatever stands before it", "[http]") {
  const auto some = trusting({"10.0.0.0/8", "::1"});
  CHECK(some.client("203.0.113.9") == key("203.0.113.9"));
  CHECK(some.client("198.51.100.1, 203.0.113.9") == key("203.0.113.9"));
  CHECK(some.client("junk, 203.0.113.9,10.1.1.1 , 10.2.2.2") == key("203.0.113.9"));
  CHECK(some.client("203.0.113.9:4711") == key("203.0.113.9"));
  CHECK(some.client("[2001:db8::1]:4711") == key("2001:db8::1"));
  CHECK(some.client("2001:db8::1") == key("2001:db8::1"));
}

TEST_CASE("a client is unknown where its proxy names no address", "[http]") {
  const auto some = trusting({"10.0.0.0/8"});
  for (const char* text : {"", "unknown", "203.0.113.9, <script>", "10.0.0.1", "10.0.0.1,10.0.0.2", ",", " ",
                           "203.0.113.9,", "[", "[]", ":", "[::1", "1.2.3", "fe80::1%eth0"}) {
    INFO(text);
    CHECK(some.client(text) == 0);
  }
}

TEST_CASE("an entry of trusted_proxies that is no address or network is refused by name", "[http]") {
  for (const char* good : {"10.0.0.0/8", "192.0.2.1", "::1", "2001:db8::/32", "0.0.0.0/0"}) {
    CHECK_FALSE(trusted_proxies::fault(good));
  }
  for (const char* bad : {"", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0.0/8x", "10.0.0/8",
                          "10.0.0.0/-1", "10.0.0.0:80"}) {
    INFO(bad);
    CHECK(trusted_proxies::fault(bad).value_or("").find('"' + std::string(bad) + '"') == 0);
  }
}

TEST_CASE("a client on this machine is distinguished from all others", "[http]") {
  const auto is_local = [](const char* address) {
    return is_loopback(key_of(boost::asio::ip::make_address(address)));
  };
  for (const char* one : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"}) CHECK(is_local(one));
  for (const char* one : {"126.255.255.255", "128.0.0.0", "10.0.0.127", "2001:db8::1", "::ffff:192.0.2.1",
                          "::2", "::", "::8.8.8.8", "::ffff:0:127.0.0.1"})
    CHECK_FALSE(is_local(one));
}
