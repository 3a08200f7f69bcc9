#include "longpolld/thread/log_records.hpp"

#include "support/catch.hpp"

#include <string>

using namespace longpolld;

namespace {

log_record& with_history(log_records& all, const std::string& name) {
  auto& one = all.create(name, 1, {});
  all.begin_history(one);
  return one;
}

void add_event(log_records& all, log_record& one) {
  auto made = event::make(1);
  made->at = {1, one.ring.last().ordinal + 1};
  one.ring.push(made, 100);
  all.ring_changed(one);
}

}  // namespace

TEST_CASE("the oldest idle category is the one that was used least recently", "[thread]") {
  log_records all;
  auto& a = with_history(all, "a");
  auto& b = with_history(all, "b");
  auto& c = with_history(all, "c");
  CHECK(all.oldest_idle(false) == &a);
  all.use(a);
  CHECK(all.oldest_idle(false) == &b);
  all.use(b);
  all.use(c);
  CHECK(all.oldest_idle(false) == &a);
}

TEST_CASE("a busy category is passed over until it is idle again", "[thread]") {
  log_records all;
  auto& a = with_history(all, "a");
  auto& b = with_history(all, "b");
  all.attend(a, 3);
  CHECK(all.busy() == 1);
  CHECK(all.oldest_idle(false) == &b);
  all.attend(b, 0);
  CHECK(all.oldest_idle(false) == nullptr);
  CHECK(all.wake(a).test(3));
  CHECK(all.busy() == 1);
  CHECK(all.oldest_idle(false) == &a);
  all.leave(b, 0);
  CHECK(all.busy() == 0);
  CHECK(all.wake(a).none());
}

TEST_CASE("categories with events and without are kept apart", "[thread]") {
  log_records all;
  auto& a = with_history(all, "a");
  auto& b = with_history(all, "b");
  add_event(all, b);
  CHECK(all.oldest_idle(true) == &b);
  CHECK(all.oldest_idle(false) == &a);
  all.attend(b, 1);
  CHECK(all.oldest_idle(true) == nullptr);
  CHECK(all.oldest_busy() == &b);
  b.ring.lose_through(1);
  all.ring_changed(b);
  CHECK(all.oldest_busy() == nullptr);
}

TEST_CASE("a category that only had polls is erased with the last of them", "[thread]") {
  log_records all;
  auto& one = all.create("a", 1, {});
  all.attend(one, 0);
  all.attend(one, 1);
  CHECK(all.histories() == 0);
  all.leave(one, 0);
  CHECK(all.find("a") == &one);
  all.leave(one, 1);
  CHECK(all.find("a") == nullptr);
}

TEST_CASE("the counts follow whatever happens", "[thread]") {
  log_records all;
  auto& one = all.create("a", 1, {});
  all.attend(one, 0);
  CHECK(all.busy() == 0);
  all.begin_history(one);
  CHECK(all.histories() == 1);
  CHECK(all.busy() == 1);
  all.erase(one);
  CHECK(all.histories() == 0);
  CHECK(all.busy() == 0);
}
