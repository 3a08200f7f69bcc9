#include "longpolld/process/command_line.hpp"

#include "support/catch.hpp"

using namespace longpolld;

TEST_CASE("text is wrapped between words, indented, and keeps its own line breaks", "[process]") {
  CHECK(wrapped("", 2, 10) == "");
  CHECK(wrapped("one two three", 0, 7) == "one two\nthree\n");
  CHECK(wrapped("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrapped("one two three", 2, 8) == "  one\n  two\n  three\n");
  CHECK(wrapped("one\ntwo three", 0, 100) == "one\ntwo three\n");
  CHECK(wrapped("one\n", 0, 100) == "one\n");
  CHECK(wrapped("one incomprehensibilities two", 0, 5) == "one\nincomprehensibilities\ntwo\n");
}

TEST_CASE("flags are read with their names, files and few values", "[process]") {
  CLI::App app;
  shape_help(app);
  std::string text;
  bool is_set = false;
  app.add_option("CATEGORY", text);
  app.add_option("-f,--file", text)->type_name("FILE");
  app.add_option("--mode", text)->type_name("on|off");
  app.add_flag("--quiet", is_set);
  const auto all = flags_of(app);
  REQUIRE(all.size() == 4);
  CHECK((all[0].names == std::vector<std::string>{"-h", "--help"} && !all[0].has_value));
  CHECK((all[1].names == std::vector<std::string>{"-f", "--file"} && all[1].has_value && all[1].is_file));
  CHECK((all[2].has_value && !all[2].is_file && all[2].values == std::vector<std::string>{"on", "off"}));
  CHECK((!all[3].has_value && all[3].values.empty()));
}
