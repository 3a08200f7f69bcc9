#include "longpolld/heart/category_books.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace longpolld;

namespace {

category_record& with_history(category_books& all, const std::string& name) {
  auto& one = all.create(name, 1, {});
  all.begin_history(one);
  return one;
}

void add_event(category_books& all, category_record& one) {
  auto made = event::make(1);
  made->at = {1, one.ring.last().ordinal + 1};
  one.ring.reserve();
  one.ring.push(made);
  all.ring_changed(one);
}

}  // namespace

TEST_CASE("the oldest category is the one that was used least recently", "[heart]") {
  category_books all;
  auto& a = with_history(all, "a");
  auto& b = with_history(all, "b");
  auto& c = with_history(all, "c");
  CHECK(all.oldest(false) == &a);
  all.use(a);
  CHECK(all.oldest(false) == &b);
  all.use(b);
  all.use(c);
  CHECK(all.oldest(false) == &a);
}

TEST_CASE("categories used again are forgotten in the order of their last use", "[heart]") {
  category_books all;
  std::vector<category_record*> made;
  for (const char* name : {"a", "b", "c", "d"}) made.push_back(&with_history(all, name));
  auto &a = *made[0], &b = *made[1], &c = *made[2], &d = *made[3];
  for (auto* one : {&a, &b, &c, &d, &a}) all.use(*one);
  auto& e = with_history(all, "e");
  all.use(b);
  for (auto* one : {&c, &d, &a, &e, &b}) {
    CHECK(all.oldest(false) == one);
    all.end_history(*one);
  }
}

TEST_CASE("a category that is yet to be served comes last", "[heart]") {
  category_books all;
  auto& a = with_history(all, "a");
  auto& b = with_history(all, "b");
  waiting_list of_a, of_b;
  of_a.state = of_b.state = waiting_list::is::noted;
  a.waiting.push_back(of_a);
  CHECK(all.oldest(false) == &b);
  b.waiting.push_back(of_b);
  CHECK(all.oldest(false) != nullptr);  // better than none
  a.waiting.clear();
  CHECK(all.oldest(false) == &a);
  b.waiting.clear();
}

TEST_CASE("categories with events and without are kept apart", "[heart]") {
  category_books all;
  auto& a = with_history(all, "a");
  auto& b = with_history(all, "b");
  add_event(all, b);
  CHECK(all.oldest(true) == &b);
  CHECK(all.oldest(false) == &a);
  discarded_events discarded;
  b.ring.lose_all(discarded);
  all.ring_changed(b);
  CHECK(all.oldest(true) == nullptr);
}

TEST_CASE("a record is found by its name until it is erased, and its cost is counted", "[heart]") {
  category_books all;
  const std::string name(1'000, 'n');
  auto& one = all.create(name, 7, {5, 3});
  CHECK(all.find(name) == &one);
  CHECK(one.name() == name);
  CHECK(one.epoch == category_epoch(7, name));
  CHECK(one.ring.last() == position{5, 3});
  CHECK(all.bytes() == 0);
  all.begin_history(one);
  CHECK(all.bytes() >= 1'000);
  CHECK(all.histories() == 1);
  all.end_history(one);
  CHECK(all.histories() == 0);
  CHECK(all.oldest(false) == nullptr);
  all.erase(one);
  CHECK(all.find(name) == nullptr);
  CHECK(all.bytes() == 0);
}

TEST_CASE("a category costs less than two hundred bytes besides its name", "[heart]") {
  CHECK(sizeof(category_record) <= 176);
  CHECK(sizeof(waiting_list) <= 56);
  CHECK(sizeof(seat) <= 40);
}
