#include "http/access/answered_hook.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE_METHOD(answered_hook,
                 "a client that left is not told, and a question that nobody waits for is not wanted",
                 "[http]") {
  auto &a = listen(), &b = listen();
  ask(a);
  ask(b);
  a.is_awaited = false;
  CHECK(asked.front()->is_wanted());
  b.is_awaited = false;
  CHECK_FALSE(asked.front()->is_wanted());
  SECTION("what is not wanted is dropped, and leaves nothing") {
    asked.clear();
    CHECK((one->under_way() == 0 && one->kept() == 0));
    CHECK(lines.text.empty());
  }
  SECTION("or answered, and kept") {
    answer(kind::allowed);
    CHECK(knows());
  }
  CHECK((a.what.empty() && b.what.empty()));
}

TEST_CASE_METHOD(answered_hook,
                 "each question that is answered 401 is heard of once, whoever is left to be told",
                 "[http]") {
  auto &a = listen(), &b = listen();
  ask(a);
  ask(b);
  a.is_awaited = b.is_awaited = GENERATE(true, false);
  answer(kind::unauthorized);
  ask(b);
  CHECK(unauthorized == 1);
  ask(a, about({"b"}));
  answer(kind::forbidden);
  CHECK(unauthorized == 1);
}

TEST_CASE_METHOD(answered_hook, "what was not asked is told and not kept", "[http]") {
  auto& a = listen();
  for (const auto what : {kind::crowded, kind::guessing, kind::unavailable}) {
    ask(a);
    answer(hook_answer::not_asked(what, "a reason"));
    CHECK(a.what.back() == what);
    CHECK((one->kept() == 0 && one->under_way() == 0));
  }
  CHECK(lines.count("the hook is not asked") == 1);
  CHECK(lines.count("the hook does not answer") == 1);
}

TEST_CASE_METHOD(answered_hook, "a question that is dropped is as one not answered", "[http]") {
  auto& a = listen();
  ask(a);
  asked.clear();
  CHECK(a.what == std::vector{kind::unavailable});
  CHECK(one->under_way() == 0);
}

TEST_CASE_METHOD(answered_hook,
                 "whoever is told may ask again, and one that throws keeps nobody from its answer",
                 "[http]") {
  struct again : hook_waiter {
    again(answered_hook& of, hearing& to) : of_(of), to_(to) {}
    bool is_awaited() const override { return true; }
    void told(const hook_verdict&) override {
      of_.ask(to_);
      throw std::bad_alloc();
    }
    answered_hook& of_;
    hearing& to_;
  };
  auto &a = listen(), &b = listen();
  one->ask(about({"a"}), std::make_unique<again>(*this, a), now);
  ask(b);
  answer(kind::allowed);
  CHECK(a.what == std::vector{kind::allowed});
  CHECK(b.what == std::vector{kind::allowed});
}

TEST_CASE_METHOD(answered_hook, "who waits when the hook goes is told by the inquiry all the same",
                 "[http]") {
  auto& a = listen();
  ask(a);
  one.reset();
  answer(kind::allowed);
  CHECK(a.what == std::vector{kind::allowed});
}
