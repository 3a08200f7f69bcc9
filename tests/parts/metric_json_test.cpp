#include "longpolld/parts/metric.hpp"

#include "support/catch.hpp"

#include <boost/json.hpp>

using namespace longpolld;
using namespace std::chrono_literals;

TEST_CASE("metrics as JSON are nested by their labels", "[parts]") {
  const std::vector<metric> all{{"p_level", metric::kind::gauge, "", {{{}, 1.5}}},
                                {"p_requests_total",
                                 metric::kind::counter,
                                 "",
                                 {{{{"endpoint", "/a"}, {"status", "2xx"}}, 1.0},
                                  {{{"endpoint", "/a"}, {"status", "4xx"}}, 2.0},
                                  {{{"endpoint", "\"b\""}, {"status", "2xx"}}, 3.0}}},
                                {"p_none", metric::kind::gauge, "", {}}};
  const auto read = boost::json::parse(metric_json(all, "p_"));
  CHECK(read ==
        boost::json::parse(R"({"level":1.5,"requests_total":{"/a":{"2xx":1,"4xx":2},"\"b\"":{"2xx":3}}})"));
  CHECK(metric_json({}, "p_") == "{}");
}

TEST_CASE("a histogram as JSON has one count more than bounds", "[parts]") {
  time_tally times;
  times.add(20s, 2);
  time_counts counts;
  times.add_to(counts);
  const auto read =
      boost::json::parse(metric_json({{"took", metric::kind::histogram, "", {{{}, counts}}}}, ""));
  const auto& took = read.at("took");
  CHECK(took.at("counts").as_array().size() == took.at("bounds").as_array().size() + 1);
  CHECK(took.at("counts").as_array().back() == 2);
  CHECK(took.at("sum") == 40);
}
