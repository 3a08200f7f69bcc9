#include "longpolld/process/config/config_merge.hpp"
#include "longpolld/words/error.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

using namespace longpolld;

namespace {

std::vector<std::string> problems_of(std::string_view toml) {
  config_merge merge;
  merge.toml(toml, "a.toml");
  merge.check();
  return merge.problems();
}

}  // namespace

TEST_CASE("golongpoll's options keep their names and defaults", "[words]") {
  const config of;
  CHECK(of.max_longpoll_timeout_seconds == 120);
  CHECK(of.max_event_buffer_size == 250);
  CHECK(of.event_time_to_live_seconds == 0);
  CHECK_FALSE(of.delete_event_after_first_retrieval);
  for (const char* name :
       {"max_longpoll_timeout_seconds", "max_event_buffer_size", "event_time_to_live_seconds",
        "delete_event_after_first_retrieval", "logging_enabled"}) {
    CHECK(find_option(name) != nullptr);
  }
}

TEST_CASE("a limit is found by its member, and an error names it with its value", "[words]") {
  std::set<std::string_view> names;
  for (const auto& one : all_options()) {
    const auto* member = std::get_if<config::limit>(&one.where);
    if (member) CHECK(option_of(*member).name == one.name);
    names.insert(one.name);
  }
  CHECK(names.size() == all_options().size());
  CHECK(beyond(413, "no more than", &config::max_body_bytes, config{}).text ==
        "no more than max_body_bytes = 1048576");
}

TEST_CASE("every default is within its own range and nothing contradicts", "[words]") {
  config_merge merge;
  for (const auto& one : all_options()) {
    const auto shown = one.show_readably(config{});
    merge.text(one, shown == "none" ? "" : shown, "default");
    CHECK(one.show(merge.value()) == one.show(config{}));
  }
  merge.check();
  CHECK(merge.problems().empty());
}

TEST_CASE("a flag wins over the environment, the environment over the file, the file over the default",
          "[words]") {
  config_merge merge;
  merge.toml("threads = 1\nmax_categories = 1\nmax_event_bytes = 100\n", "a.toml");
  const char* const variables[] = {"LONGPOLLD_THREADS=2", "LONGPOLLD_MAX_CATEGORIES=2", nullptr};
  merge.environment(variables);
  merge.text(*find_option("threads"), "3", "flag --threads");
  CHECK(merge.value().threads == 3);
  CHECK(merge.value().max_categories == 2);
  CHECK(merge.value().max_event_bytes == 100);
  const auto shown = merge.print();
  CHECK(shown.find("threads = 3  # flag --threads") != std::string::npos);
  CHECK(shown.find("max_categories = 2  # environment LONGPOLLD_MAX_CATEGORIES") != std::string::npos);
  CHECK(shown.find("max_event_bytes = 100  # a.toml:3:19") != std::string::npos);
  CHECK(shown.find("max_batch_events = 1000  # default") != std::string::npos);
}

TEST_CASE("all errors of a file are reported at once, each with line and column", "[words]") {
  const auto found = problems_of(
      "thraeds = 2\n"
      "threads = \"two\"\n"
      "max_event_bytes = 0\n"
      "listen = [1]\n"
      "log_level = \"loud\"\n"
      "demo = true\n"
      "default_longpoll_timeout_seconds = 121\n");
  REQUIRE(found.size() == 7);
  CHECK(found[3] == "a.toml:4:10: listen: is a list; allowed is a list of strings");
  const auto all = [&] {
    std::string text;
    for (const auto& one : found) text += one + '\n';
    return text;
  }();
  CHECK(all.find("a.toml:1:1: thraeds: is not an option") != std::string::npos);
  CHECK(all.find("a.toml:2:11: threads: is a string; allowed is a whole number from 0 to 256") !=
        std::string::npos);
  CHECK(all.find("a.toml:3:19: max_event_bytes: 0 is out of range") != std::string::npos);
  CHECK(all.find("a.toml:5:13: log_level: \"loud\" is not allowed; allowed is one of: debug, info") !=
        std::string::npos);
  CHECK(
      all.find(
          "a.toml:7:36: default_longpoll_timeout_seconds: 121 is above max_longpoll_timeout_seconds = 120") !=
      std::string::npos);
}

TEST_CASE("every word of a choice is read as one value and shown as the same word", "[words]") {
  config of;
  for (const auto& [name, words] :
       {std::pair<const char*, std::vector<const char*>>{"demo", {"auto", "on", "off"}},
        {"log_level", {"debug", "info", "warn", "error", "off"}},
        {"log_format", {"auto", "text", "journal", "json"}}}) {
    const auto& one = *find_option(name);
    for (const auto* word : words) {
      CHECK_FALSE(one.read(of, word));
      CHECK(one.show(of) == '"' + std::string(word) + '"');
    }
    for (const auto* other : {"", "AUTO", "auto on", "of"}) CHECK(one.read(of, other));
  }
  REQUIRE_FALSE(find_option("demo")->read(of, "on"));
  REQUIRE_FALSE(find_option("log_level")->read(of, "warn"));
  REQUIRE_FALSE(find_option("log_format")->read(of, "journal"));
  CHECK(of.demo == demo_mode::on);
  CHECK(of.log_level == log::level::warn);
  CHECK(of.log_format == log::format::journal);
}

TEST_CASE("an option that is a text takes any text, and an empty one is shown as none", "[words]") {
  config of;
  const auto& one = *find_option("tls_certificate");
  CHECK(one.show(of) == R"("")");
  CHECK(one.show_readably(of) == "none");
  CHECK(one.placeholder() == "FILE");
  CHECK_FALSE(one.read(of, "a \"name\""));
  CHECK(of.tls_certificate == "a \"name\"");
  CHECK(one.show(of) == R"("a \"name\"")");
}

TEST_CASE("every option says what it does in sentences, and why its default is what it is", "[words]") {
  for (const auto& one : all_options()) {
    INFO(one.name);
    CHECK(one.help.ends_with('.'));
    CHECK(one.help.size() > 20);
    CHECK((one.why.size() > 8 && !one.why.ends_with('.')));
    const bool has_form = one.is_list() || std::holds_alternative<choice>(one.where) ||
                          std::holds_alternative<option::string>(one.where);
    CHECK(has_form == !one.form.empty());
  }
}

TEST_CASE("an option's unit is the one in its name", "[words]") {
  for (const auto& one : all_options()) {
    INFO(one.name);
    const auto& name = one.name;
    const bool is_rate = name.find("bytes_per_second") != std::string_view::npos;
    const bool is_size = !is_rate && name.find("_bytes") != std::string_view::npos;
    const bool is_time = name.ends_with("_seconds");
    CHECK((one.range.counts == unit::bytes_per_second) == is_rate);
    CHECK((one.range.counts == unit::bytes) == is_size);
    CHECK((one.range.counts == unit::seconds) == is_time);
  }
}

TEST_CASE("times and sizes may have units in TOML, environment and flags", "[words]") {
  config_merge merge;
  merge.toml("idle_timeout_seconds = \"5m\"\nmax_event_bytes = \"32KiB\"\nhead_timeout_seconds = \"9\"\n",
             "a.toml");
  const char* const variables[] = {"LONGPOLLD_MAX_BUFFER_BYTES=1GiB", nullptr};
  merge.environment(variables);
  merge.text(*find_option("write_timeout_seconds"), "2000ms", "flag");
  merge.check();
  CHECK(merge.problems().empty());
  CHECK(merge.value().idle_timeout_seconds == 300);
  CHECK(merge.value().max_event_bytes == 32'768);
  CHECK(merge.value().head_timeout_seconds == 9);
  CHECK(merge.value().max_buffer_bytes == 1LL << 30);
  CHECK(merge.value().write_timeout_seconds == 2);
}

TEST_CASE("a unit that does not fit is refused with the range and the units that do", "[words]") {
  const auto found = problems_of(
      "idle_timeout_seconds = \"5MiB\"\nmax_event_bytes = \"1.5KiB\"\nhead_timeout_seconds = \"2h\"\n"
      "threads = \"4\"\nbody_timeout_seconds = 1.5\n");
  REQUIRE(found.size() == 5);
  CHECK(found[0] ==
        "a.toml:1:24: idle_timeout_seconds: \"5MiB\" has no unit that fits; allowed is a whole number of "
        "seconds, "
        "or one with ms, s, m or h as in 5m, from 1 to 86400");
  CHECK(found[1] ==
        "a.toml:2:19: max_event_bytes: \"1.5KiB\" has a fraction; use a whole number of a smaller unit; "
        "allowed is "
        "a whole number of bytes, or one with KiB, MiB or GiB as in 64KiB, from 1 to 64MiB");
  CHECK(found[2].find("head_timeout_seconds: 7200 is out of range") != std::string::npos);
  CHECK(found[3].find("threads: is a string") != std::string::npos);
  CHECK(found[4].find("body_timeout_seconds: is a floating point number") != std::string::npos);
}

TEST_CASE("an unknown key is refused with the option that is meant, whatever its dashes and capitals",
          "[words]") {
  const auto found = problems_of("thraeds = 2\nmax-event-bytes = 1\nListen = []\ncolour = 1\n");
  REQUIRE(found.size() == 4);
  CHECK(found[0] == "a.toml:1:1: thraeds: is not an option; did you mean threads?; --help lists all of them");
  CHECK(found[1].find("did you mean max_event_bytes?") != std::string::npos);
  CHECK(found[2].find("did you mean listen?") != std::string::npos);
  CHECK(found[3] == "a.toml:4:1: colour: is not an option; --help lists all of them");
}

TEST_CASE("an environment variable that looks like an option's is refused, others are ignored", "[words]") {
  config_merge merge;
  const char* const variables[] = {"LONGPOLLD_THRAEDS=2",       "LONGPOLLD_Threads=2",
                                   "LONGPOLLD_URL=http://a",    "LONGPOLLD_SERVICE_HOST=10.0.0.1",
                                   "LONGPOLLD_PORT=tcp://10.0", "LONGPOLLD_PORT_8080_TCP_ADDR=10.0.0.1",
                                   "LONGPOLLD_SERVICE_PORT=1",  "LONGPOLL_THREADS=2",
                                   "LONGPOLLD_THREADS",         nullptr};
  merge.environment(variables);
  REQUIRE(merge.problems().size() == 2);
  CHECK(merge.problems()[0] ==
        "environment: LONGPOLLD_THRAEDS: is not an option; did you mean LONGPOLLD_THREADS?");
  CHECK(merge.problems()[1].find("LONGPOLLD_Threads: is not an option; did you mean LONGPOLLD_THREADS?") !=
        std::string::npos);
}

TEST_CASE("a file that is not TOML is refused with its place", "[words]") {
  const auto found = problems_of("threads = 1\nthreads == 2\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].rfind("a.toml:2:", 0) == 0);
}

TEST_CASE("a file that could exhaust the parser is refused before it is parsed", "[words]") {
  CHECK(problems_of(std::string((1 << 20) + 1, '#'))[0] == "a.toml: is larger than 1 MiB");
  CHECK(problems_of("\n" + std::string(4097, '#'))[0] == "a.toml:2:1: the line is longer than 4096 bytes");
  CHECK(problems_of(std::string(4096, '#')).empty());
  std::string dotted = "a";
  for (int i = 0; i < 50'000; ++i) dotted += ".a";
  CHECK(problems_of(dotted + " = 1").size() == 1);
}

TEST_CASE("a path that is no regular file is named", "[words]") {
  config_merge merge;
  merge.file("/nonexistent.toml");
  merge.file("/tmp");
  merge.file("/dev/zero");
  REQUIRE(merge.problems().size() == 3);
  CHECK(merge.problems()[0].rfind("/nonexistent.toml: ", 0) == 0);
}

TEST_CASE("a file that cannot be read to its end is refused, not taken for an empty one", "[words]") {
  config_merge merge;
  merge.file("/proc/self/mem");  // a regular file whose first page gives EIO
  merge.file("");
  REQUIRE(merge.problems().size() == 2);
  CHECK(merge.problems()[0] == "/proc/self/mem: Input/output error");
  CHECK(merge.problems()[1].find("No such file") != std::string::npos);
}

TEST_CASE("values that a user gave are shown escaped", "[words]") {
  config_merge merge;
  merge.toml("\"\\u001b[31m\\n\" = 1\nlog_level = \"\\u009b\\u202e\"\n", "a\x1b.toml");
  merge.text(*find_option("threads"), "\x1b[2J\xff", "flag --threads");
  REQUIRE(merge.problems().size() == 3);
  CHECK(merge.problems()[0].rfind("a\\u001b.toml:1:1: \\u001b[31m\\u000a: is not an option", 0) == 0);
  CHECK(merge.problems()[1].find(": log_level: \"\\u009b\\u202e\" is not allowed") != std::string::npos);
  CHECK(merge.problems()[2].rfind("flag --threads: threads: \"\\u001b[2J\\u00ff\" is not a number", 0) == 0);
}

TEST_CASE("what --print-config prints is read back as the same values", "[words]") {
  config_merge merge;
  merge.text(*find_option("listen"), "a\x1b\n\t\"\\ \xc2\x9b\xe2\x80\xae€", "flag\n");
  const auto shown = merge.print();
  CHECK(shown.find("listen = [\"a\\u001b\\u000a\\u0009\\\"\\\\ \\u009b\\u202e€\"]  # flag\\u000a\n") !=
        std::string::npos);
  config_merge again;
  again.toml(shown, "printed");
  CHECK(again.problems().empty());
  CHECK(again.value().listen == merge.value().listen);
}

TEST_CASE("contradicting options are reported by both names", "[words]") {
  CHECK(problems_of("max_event_bytes = 2000000").size() == 2);
  CHECK(problems_of("listen = []").size() == 1);
  CHECK(problems_of("listen = [\"127.0.0.1:1\"]\npublish_listen = [\"127.0.0.1:1\"]").size() == 1);
  CHECK(problems_of("shared_cache_seconds = 1").empty());
  CHECK(problems_of("shared_cache_seconds = 1\ndelete_event_after_first_retrieval = true").size() == 1);
}

TEST_CASE("a longest timeout below the default one lowers it, unless that was set too", "[words]") {
  config_merge merge;
  merge.toml("max_longpoll_timeout_seconds = 10", "a.toml");
  merge.check();
  CHECK(merge.problems().empty());
  CHECK(merge.value().default_longpoll_timeout_seconds == 10);
  CHECK(merge.print().find("default_longpoll_timeout_seconds = 10  # max_longpoll_timeout_seconds\n") !=
        std::string::npos);
  CHECK(problems_of("max_longpoll_timeout_seconds = 10\ndefault_longpoll_timeout_seconds = 30").size() == 1);
  CHECK(problems_of("max_longpoll_timeout_seconds = 10\ndefault_longpoll_timeout_seconds = 11").size() == 1);
  CHECK(problems_of("default_longpoll_timeout_seconds = 121").size() == 1);
}
