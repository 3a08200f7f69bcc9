#include "longpolld/parts/metric.hpp"

#include "support/catch.hpp"
#include "support/exposition.hpp"

using namespace longpolld;
using namespace longpolld::test;
using namespace std::chrono_literals;

TEST_CASE("a metric is its help, its type and a line for each sample", "[parts]") {
  const std::vector<metric> all{
      {"things_total", metric::kind::counter, "Things.", {{{{"kind", "a"}}, 1.0}, {{{"kind", "b"}}, 2.5}}},
      {"level", metric::kind::gauge, "Now.", {{{}, -3.0}}},
      {"never", metric::kind::gauge, "Has no samples.", {}}};
  CHECK(metric_text(all) ==
        "# HELP things_total Things.\n# TYPE things_total counter\nthings_total{kind=\"a\"} 1\n"
        "things_total{kind=\"b\"} 2.5\n# HELP level Now.\n# TYPE level gauge\nlevel -3\n");
}

TEST_CASE("a histogram's buckets are cumulative, and the last is its count", "[parts]") {
  time_tally times;
  times.add(60us, 2);
  times.add(20s);
  time_counts counts;
  times.add_to(counts);
  const auto text =
      metric_text({{"took_seconds", metric::kind::histogram, "Time.", {{{{"shard", "0"}}, counts}}}});
  CHECK(text.find("took_seconds_bucket{shard=\"0\",le=\"5e-05\"} 0\n") != text.npos);
  CHECK(text.find("took_seconds_bucket{shard=\"0\",le=\"1e-04\"} 2\n") +
            text.find("took_seconds_bucket{shard=\"0\",le=\"0.0001\"} 2\n") !=
        2 * text.npos);
  CHECK(text.find("took_seconds_bucket{shard=\"0\",le=\"10\"} 2\n") != text.npos);
  CHECK(text.find("took_seconds_bucket{shard=\"0\",le=\"+Inf\"} 3\n") != text.npos);
  CHECK(text.find("took_seconds_count{shard=\"0\"} 3\n") != text.npos);
  CHECK(text.find("took_seconds_sum{shard=\"0\"} 20.00012\n") != text.npos);
  CHECK(exposition(text).problems().empty());
}

TEST_CASE("backslashes, quotes and line ends in a label or a help are escaped", "[parts]") {
  const auto text = metric_text({{"x", metric::kind::gauge, "a\\b\n\"c\"", {{{{"l", "a\\b\n\"c\""}}, 1.0}}}});
  CHECK(text == "# HELP x a\\\\b\\n\"c\"\n# TYPE x gauge\nx{l=\"a\\\\b\\n\\\"c\\\"\"} 1\n");
}

TEST_CASE("numbers are written as they can be read again", "[parts]") {
  const auto written = [](double value) {
    const auto text = metric_text({{"x", metric::kind::gauge, "h", {{{}, value}}}});
    return text.substr(text.rfind(' ') + 1);
  };
  CHECK(written(0) == "0\n");
  CHECK(written(9'007'199'254'740'991.0) == "9007199254740991\n");
  CHECK(written(0.1) == "0.1\n");
  CHECK(std::stod(written(1e300)) == 1e300);
  CHECK(std::stod(written(1.0 / 3)) == 1.0 / 3);
}
