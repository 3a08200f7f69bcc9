#include "longpolld/words/nearest.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace longpolld;

TEST_CASE("the distance of two words is the letters to put in, leave out, replace or swap", "[words]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("listen", "listen") == 0);
  CHECK(edit_distance("", "demo") == 4);
  CHECK(edit_distance("demo", "") == 4);
  CHECK(edit_distance("listen", "lsiten") == 1);
  CHECK(edit_distance("listen", "lisen") == 1);
  CHECK(edit_distance("listen", "listens") == 1);
  CHECK(edit_distance("listen", "lasten") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("a typing error suggests the word that was meant; an unrelated word suggests nothing", "[words]") {
  const std::vector<std::string> words = {"threads",    "listen", "log_level",
                                          "log_format", "demo",   "max_body_bytes"};
  CHECK(nearest("thraeds", words) == "threads");
  CHECK(nearest("lisen", words) == "listen");
  CHECK(nearest("log_lvl", words) == "log_level");
  CHECK(nearest("dmo", words) == "demo");
  CHECK(nearest("max_bdoy_byts", words) == "max_body_bytes");
  for (const auto* far : {"", "x", "em", "port", "threshold", "log", "timeout_seconds"}) {
    CAPTURE(far);
    CHECK_FALSE(nearest(far, words));
  }
}

TEST_CASE("of words that are equally near the first is suggested", "[words]") {
  const std::vector<std::string> words = {"cat", "car", "cab"};
  CHECK(nearest("caz", words) == "cat");
  CHECK(did_you_mean("caz", words) == "; did you mean cat?");
  CHECK(did_you_mean("dog", words) == "");
}
