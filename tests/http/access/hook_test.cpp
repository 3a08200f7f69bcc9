#include "http/access/answered_hook.hpp"

using namespace longpolld;
using namespace longpolld::test;

TEST_CASE_METHOD(answered_hook, "equal questions under way are asked once, and all are told", "[http]") {
  auto &a = listen(), &b = listen(), &c = listen(), &other = listen();
  ask(a);
  ask(b);
  ask(other, about({"b"}));
  CHECK(asked.size() == 2);
  answer(kind::forbidden);
  CHECK(a.what == std::vector{kind::forbidden});
  CHECK(b.what == std::vector{kind::forbidden});
  CHECK(other.what.empty());
  ask(c);
  CHECK(c.what == std::vector{kind::forbidden});
  CHECK(asked.size() == 1);
}

TEST_CASE_METHOD(answered_hook, "an answer counts for cache_seconds, 401 and 403 too, then it is asked again",
                 "[http]") {
  const auto what = GENERATE(kind::allowed, kind::unauthorized, kind::forbidden);
  auto& a = listen();
  ask(a);
  CHECK_FALSE(knows());
  answer(what);
  now += 29'999ms;
  REQUIRE(knows());
  CHECK(one->known(about({"a"}), now)->what == what);
  now += 1ms;
  CHECK_FALSE(knows());
  ask(a);
  CHECK(asked.size() == 1);
}

TEST_CASE_METHOD(answered_hook, "what the backend says of the time counts instead, up to a day", "[http]") {
  auto& a = listen();
  const auto lasts = [&](std::optional<std::chrono::seconds> said) {
    ask(a);
    answer(kind::allowed, said);
    const auto begin = now;
    while (knows()) now += 1s;
    return now - begin;
  };
  CHECK(lasts({}) == 30s);
  CHECK(lasts(5s) == 5s);
  CHECK(lasts(100s) == 100s);
  settings.max_cache = 600s;
  make();
  CHECK(lasts(601s) == 600s);
  CHECK(lasts(0s) == 0s);
  CHECK(hook_settings{}.max_cache == 24h);
}

TEST_CASE_METHOD(answered_hook, "an answer that may not be kept is shared by those who wait, and forgotten",
                 "[http]") {
  auto &a = listen(), &b = listen();
  ask(a);
  ask(b);
  answer(kind::allowed, 0s);
  CHECK(a.what == std::vector{kind::allowed});
  CHECK(b.what == std::vector{kind::allowed});
  CHECK(one->kept() == 0);
  ask(a);
  CHECK(asked.size() == 1);
}

TEST_CASE_METHOD(answered_hook, "a backend that does not answer is asked the same again after back_off only",
                 "[http]") {
  auto &a = listen(), &b = listen(), &c = listen();
  ask(a);
  ask(b);
  answer(kind::unavailable, 1000s);
  CHECK(b.what == std::vector{kind::unavailable});
  now += settings.back_off - 1ms;
  ask(c);
  CHECK(c.what == std::vector{kind::unavailable});
  CHECK(asked.empty());
  now += 1ms;
  ask(c);
  CHECK(asked.size() == 1);
  answer(kind::allowed);
  CHECK(c.what.back() == kind::allowed);
}

TEST_CASE_METHOD(answered_hook, "at most max_cached answers are kept, those asked for last", "[http]") {
  settings.max_cached = 3;
  make();
  auto& a = listen();
  const auto learn = [&](const char* name) {
    ask(a, about({name}));
    answer(kind::allowed);
  };
  for (const char* name : {"a", "b", "c"}) learn(name);
  CHECK(knows(about({"a"})));
  learn("d");
  CHECK(one->kept() == 3);
  CHECK_FALSE(knows(about({"b"})));
  CHECK((knows(about({"a"})) && knows(about({"c"})) && knows(about({"d"}))));
}

TEST_CASE_METHOD(answered_hook, "a backend's silence and return are said once each, without a secret",
                 "[http]") {
  auto& a = listen();
  const auto hear = [&](kind what) {
    ask(a, about({"a"}, "sid=cookie-secret"));
    answer(what);
    now += 31s;
  };
  hear(kind::allowed);
  CHECK(lines.text.empty());
  hear(kind::unavailable);
  hear(kind::unavailable);
  CHECK(lines.count("the hook does not answer") == 1);
  CHECK(lines.count("a reason") == 1);
  CHECK(lines.count("http://127.0.0.1:3000") == 1);
  hear(kind::forbidden);
  hear(kind::allowed);
  CHECK(lines.count("the hook answers again") == 1);
  hear(kind::unavailable);
  CHECK(lines.count("the hook does not answer") == 2);
  CHECK(lines.count("secret") == 0);
}

TEST_CASE_METHOD(answered_hook, "a backend that answers every other question fills no log", "[http]") {
  auto& a = listen();
  for (int i = 0; i < 100; ++i) {
    ask(a, about({std::to_string(i)}));
    answer(i % 2 == 0 ? kind::unavailable : kind::allowed);
    now += 50ms;
  }
  CHECK(lines.count("the hook does not answer") == 1);
  CHECK(lines.count("the hook answers again") == 1);
}
