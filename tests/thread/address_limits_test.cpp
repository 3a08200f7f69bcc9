#include "longpolld/thread/address_limits.hpp"

#include "support/catch.hpp"

using namespace longpolld;

namespace {

steady_time at(double seconds) {
  return steady_time{std::chrono::hours(1)} +
         std::chrono::duration_cast<steady_time::duration>(std::chrono::duration<double>(seconds));
}

config rate_of(config::number events) {
  config of;
  of.max_events_per_second_per_address = events;
  return of;
}

bool parks(address_limits& by, client_key client) { return by.park(client, 1) == nullptr; }

}  // namespace

TEST_CASE("an address may have max_parked_polls_per_address polls parked and not one more", "[thread]") {
  config of;
  of.max_parked_polls_per_address = 3;
  address_limits limits(of);
  CHECK(parks(limits, 1));
  CHECK(parks(limits, 1));
  CHECK(parks(limits, 1));
  CHECK_FALSE(parks(limits, 1));
  CHECK(parks(limits, 2));
  limits.leave(1, 1);
  CHECK(parks(limits, 1));
  CHECK_FALSE(parks(limits, 1));
}

TEST_CASE("an address may wait on max_parked_seats_per_address categories and not one more", "[thread]") {
  config of;
  of.max_parked_seats_per_address = 32;
  address_limits limits(of);
  CHECK(limits.park(1, 31) == nullptr);
  CHECK(limits.park(1, 2) == &config::max_parked_seats_per_address);
  CHECK(limits.park(1, 1) == nullptr);
  CHECK(limits.park(1, 1) == &config::max_parked_seats_per_address);
  CHECK(limits.park(2, 32) == nullptr);
  CHECK(limits.park(3, 33) == &config::max_parked_seats_per_address);
  limits.leave(1, 31);
  CHECK(limits.park(1, 31) == nullptr);
  limits.leave(1, 31);
  limits.leave(1, 1);
  limits.leave(2, 32);
  CHECK(limits.size() == 0);
}

TEST_CASE("an address may have max_connections_per_address connections and not one more", "[thread]") {
  config of;
  of.max_connections_per_address = 2;
  of.max_parked_polls_per_address = 1;
  address_limits limits(of);
  CHECK(limits.connect(1));
  CHECK(parks(limits, 1));  // counted for itself
  CHECK(limits.connect(1));
  CHECK_FALSE(limits.connect(1));
  CHECK(limits.connect(2));
  limits.disconnect(1);
  CHECK(limits.connect(1));
  for (int i = 0; i < 10; ++i) CHECK(limits.connect(0));
  limits.leave(1, 1);
  for (const client_key one : {1U, 1U, 2U}) limits.disconnect(one);
  CHECK(limits.size() == 0);
}

TEST_CASE("an address may have a quarter of what waits for answers, or one request that is larger",
          "[thread]") {
  config of;
  of.max_request_bytes_in_flight = 4000;
  address_limits limits(of);
  CHECK(limits.ask(1, 3000));
  CHECK_FALSE(limits.ask(1, 1));
  CHECK(limits.ask(2, 1000));
  CHECK_FALSE(limits.ask(2, 3000));
  limits.asked(1, 3000);
  CHECK(limits.ask(1, 999));
  CHECK_FALSE(limits.ask(1, 2));
}

TEST_CASE("an unknown client has no limit, and neither has anyone when the limit is 0", "[thread]") {
  config of;
  of.max_parked_polls_per_address = 1;
  address_limits limits(of);
  for (int i = 0; i < 10; ++i) CHECK(parks(limits, 0));
  of.max_parked_polls_per_address = 0;
  for (int i = 0; i < 10; ++i) CHECK(parks(limits, 7));
  for (int i = 0; i < 10; ++i) limits.leave(7, 1);
  for (int i = 0; i < 10; ++i) CHECK(limits.publish(7, 1000, at(0)) == 0);
}

TEST_CASE("an address that uses nothing is not remembered", "[thread]") {
  config of = rate_of(10);
  address_limits limits(of);
  for (client_key one = 1; one <= 1000; ++one) {
    REQUIRE(limits.park(one, 1) == nullptr);
    REQUIRE(limits.publish(one, 1, at(0)) == 0);
  }
  CHECK(limits.size() == 2000);
  for (client_key one = 1; one <= 1000; ++one) limits.leave(one, 1);
  CHECK(limits.size() == 1000);
  for (int i = 0; i < 400; ++i) REQUIRE(limits.publish(1, 1, at(1 + i)) == 0);
  CHECK(limits.size() == 1);
}

TEST_CASE("an address may publish its events of a second at once, then at its rate", "[thread]") {
  const auto of = rate_of(10);
  address_limits limits(of);
  for (int i = 0; i < 10; ++i) CHECK(limits.publish(1, 1, at(0)) == 0);
  CHECK(limits.publish(1, 1, at(0)) == 1);
  CHECK(limits.publish(2, 1, at(0)) == 0);
  CHECK(limits.publish(1, 1, at(0.09)) == 1);
  CHECK(limits.publish(1, 1, at(0.11)) == 0);
  CHECK(limits.publish(1, 1, at(0.11)) == 1);
  for (int i = 0; i < 10; ++i) CHECK(limits.publish(1, 1, at(10)) == 0);
  CHECK(limits.publish(1, 1, at(10)) == 1);
}

TEST_CASE("a batch larger than the rate runs into debt and is paid off before the next", "[thread]") {
  const auto of = rate_of(10);
  address_limits limits(of);
  CHECK(limits.publish(1, 50, at(0)) == 0);
  CHECK(limits.publish(1, 1, at(0)) == 5);
  CHECK(limits.publish(1, 1, at(3)) == 2);
  CHECK(limits.publish(1, 1, at(4.2)) == 0);
}

TEST_CASE("addresses that owe nothing are forgotten while others owe, whoever published first", "[thread]") {
  config of = rate_of(10);
  address_limits limits(of);
  for (client_key one = 1; one <= 3; ++one) REQUIRE(limits.publish(one, 1'000'000, at(0)) == 0);
  for (client_key one = 4; one <= 1003; ++one) REQUIRE(limits.publish(one, 1, at(1)) == 0);
  CHECK(limits.size() == 1003);
  for (int i = 0; i < 1000; ++i) REQUIRE(limits.publish(5000, 1, at(2 + i)) == 0);
  CHECK(limits.size() == 4);
  CHECK(limits.publish(1, 1, at(1002)) > 0);
}
