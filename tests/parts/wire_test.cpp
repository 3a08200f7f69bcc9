#include "longpolld/parts/wire.hpp"

#include "support/catch.hpp"

#include <boost/json.hpp>

using namespace longpolld;

namespace {

std::string with_data(const std::string& data) { return R"({"category":"c","data":)" + data + "}"; }

error refused(const std::string& body) {
  const auto read = wire::parse_publish(body, config{});
  INFO(body.substr(0, 200));
  REQUIRE_FALSE(read.has_value());
  return read.error();
}

/// The data's bytes as they are going to be delivered.
std::string data_of(const wire::draft& of) {
  const std::string text(of.text->text().begin(), of.text->text().end());
  const auto begin = text.find(",\"data\":") + 8;
  return text.substr(begin, text.rfind(",\"id\":") - begin);
}

std::string accepted(const std::string& data) {
  const auto body = with_data(data);
  const auto read = wire::parse_publish(body, config{});
  INFO(data.substr(0, 200));
  REQUIRE(read.has_value());
  return data_of(read->events.at(0));
}

}  // namespace

TEST_CASE("data is kept byte for byte", "[parts]") {
  for (const char* data :
       {"false", "0", "\"\"", "[]", "{}", "-0", "1E+2", "0.1000000000000000055", "10000000000000000999",
        "-9223372036854775809", "\"\\u0041\\/\\ud83d\\ude00\"", "{ \"a\" : [ 1 , 2.50 ] }",
        "{\"k\":1,\"k\":2}", "\"</script>\xe2\x80\xa8\"", "\"a\\\"],}\\\\\"", "[[],{},[{\"}\":\"]\"}]]"}) {
    CHECK(accepted(data) == data);
  }
  const std::string spaced = "{ \"data\" :\t[1] ,\n \"category\" : \"c\" }";
  const auto read = wire::parse_publish(spaced, config{});
  REQUIRE(read.has_value());
  CHECK(data_of(read->events[0]) == "[1]");
}

TEST_CASE("what is not one JSON value is refused", "[parts]") {
  for (const char* body : {"",
                           " ",
                           "{",
                           "{}",
                           "[]",
                           "\"a\"",
                           "12",
                           "true",
                           "null",
                           "[1]",
                           "[[]]",
                           "{\"category\":\"c\",\"data\":1}x",
                           "{\"category\":\"c\",\"data\":1}{}",
                           "{\"category\":\"c\",\"data\":01}",
                           "{\"category\":\"c\",\"data\":NaN}",
                           "{\"category\":\"c\",\"data\":'a'}",
                           "{\"category\":\"c\",\"data\":[1,]}",
                           "{\"category\":\"c\",\"data\":\"\xff\"}",
                           "{\"category\":\"c\",\"data\":\"\\ud80\"}",
                           "{\"category\":\"c\",\"data\":\\ud800}",
                           "{\"category\":\"c\",\"data\":\"\\ud800\\u00",
                           "\xef\xbb\xbf{\"category\":\"c\",\"data\":1}"}) {
    CHECK(refused(body).status == 400);
  }
  CHECK(refused(with_data("1") + std::string(1, '\0')).status == 400);
}

TEST_CASE("category and data are required, once each, and data is not null", "[parts]") {
  CHECK(refused(R"({"data":1})").text == "category is required");
  CHECK(refused(R"({"category":"c"})").text == "data is required");
  CHECK(refused(with_data("null")).text == "data must not be null");
  CHECK(refused(R"({"category":"a","category":"b","data":1})").text == "category must not be repeated");
  CHECK(refused(R"({"category":"a","cate\u0067ory":"b","data":1})").text == "category must not be repeated");
  CHECK(refused(R"({"category":"a","data":1,"data":2})").text == "data must not be repeated");
  CHECK(refused(R"({"category":7,"data":1})").text == "category must be a string");
  CHECK(refused(R"({"category":"a\u0000b","data":1})").text.find("control") != std::string::npos);
  const std::string other = R"({"x":{"category":"no"},"category":"yes","y":[null],"data":1})";
  CHECK(wire::parse_publish(other, config{})->events[0].category == "yes");
}

TEST_CASE("category and data are found in any case, as Go finds them, and once in all", "[parts]") {
  const std::string body = R"({"Category":"c","DATA":[1],"Datum":0})";
  const auto read = wire::parse_publish(body, config{});
  REQUIRE(read.has_value());
  CHECK(read->events[0].category == "c");
  CHECK(data_of(read->events[0]) == "[1]");
  CHECK(wire::parse_publish(R"({"\u0043ategory":"c","d\u0041ta":1})", config{}).has_value());
  CHECK(refused(R"({"category":"a","Category":"b","data":1})").text == "category must not be repeated");
  CHECK(refused(R"({"category":"a","DatA":1,"data":2})").text == "data must not be repeated");
  CHECK(refused(R"({"category":"a","d\u0061ta":1,"DATA":2})").text == "data must not be repeated");
  CHECK(refused(R"({"category":"a","d\u00e4ta":1})").text == "data is required");
}

TEST_CASE("half of a surrogate pair is kept in data, as browsers send it, and nowhere else", "[parts]") {
  for (const char* data : {R"("\ud83d")", R"("\uDE00")", R"("\ud83d\ud83d\ude00")", R"("\ude00\ud83d")",
                           R"(["\ud83d\n\u0041",{"\udbff":"\\ud83d"}])", R"("a\ud83d\\")", R"("\\\ud83d")"}) {
    CHECK(accepted(data) == data);
  }
  for (const char* data :
       {R"("\ud83d)", R"("\ud83")", R"("\ud83dx)", R"("\ud8zz")", R"(\ud83d)", "\"\\ud83d\xed\xa0\xbd\""}) {
    CHECK(refused(with_data(data)).status == 400);
  }
  for (const char* name : {R"("\ud83d")", R"("a\uDE00b")", R"("\ud83d\ud83d\ude00")"}) {
    CHECK(refused(R"({"category":)" + std::string(name) + R"(,"data":1})").text ==
          "category must not contain half of a surrogate pair");
  }
  CHECK(wire::parse_publish(R"({"category":"\ud83d\ude00","data":1})", config{})->events[0].category ==
        "\U0001f600");
  CHECK(wire::parse_publish(R"({"\ud83d":0,"category":"c","data":1})", config{}).has_value());
}

TEST_CASE("a number beyond a double's range is refused", "[parts]") {
  for (const char* data : {"1e400", "-1e400", "[1e400]", "{\"a\":{\"b\":-1e9999}}"}) {
    CHECK(refused(with_data(data)).text.find("double") != std::string::npos);
  }
  CHECK(accepted("1e308") == "1e308");
  CHECK(accepted("1e-400") == "1e-400");
}

TEST_CASE("data nests 32 deep and no deeper", "[parts]") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(accepted(nested(32)) == nested(32));
  CHECK(refused(with_data(nested(33))).text.find("32") != std::string::npos);
  CHECK(wire::parse_publish("[" + with_data(nested(32)) + "]", config{}).has_value());
  CHECK_FALSE(wire::parse_publish("[" + with_data(nested(33)) + "]", config{}).has_value());
  CHECK(refused(std::string(100'000, '[')).status == 400);
}

TEST_CASE("data and batches have a largest size", "[parts]") {
  config limits;
  limits.max_event_bytes = 5;
  limits.max_batch_events = 2;
  CHECK(wire::parse_publish(with_data("12345"), limits).has_value());
  CHECK(wire::parse_publish(with_data("123456"), limits).error().status == 413);
  const auto one = with_data("1");
  CHECK(wire::parse_publish("[" + one + "," + one + "]", limits)->events.size() == 2);
  CHECK(wire::parse_publish("[" + one + "," + one + "," + one + "]", limits).error().status == 413);
  const auto bad = wire::parse_publish("[" + one + ",{}]", limits);
  CHECK(bad.error().text == "event 2: category is required");
}

TEST_CASE("an event's text is its JSON whatever its timestamp's length", "[parts]") {
  const std::string body = R"({"category":"f\u0061rm","data":"Pig went 'Oink!'"})";
  const auto draft = wire::parse_publish(body, config{})->events[0];
  for (const unix_ms ms : {unix_ms{0}, unix_ms{1447218359843}, unix_ms_end - 1}) {
    const event_id id{{ms, 3}, 9};
    wire::finish_event(*draft.text, id);
    CHECK(draft.text->json() == "{\"timestamp\":" + std::to_string(ms) +
                                    R"(,"category":"f\u0061rm","data":"Pig went 'Oink!'","id":")" +
                                    to_text(id) + "\"}");
  }
}

TEST_CASE("replies are JSON with cursor, gap and warning", "[parts]") {
  const event_id id{{5, 1}, 2};
  const wire::notes plain{{id}, {}, {}};
  CHECK(wire::timeout(17, plain)->text() ==
        R"({"timeout":"no events before timeout","timestamp":17,"cursor":")" + to_text(id) + "\"}");
  const wire::notes full{{id, id}, {"a\"b"}, "careful"};
  const auto read = boost::json::parse(wire::events({}, full)->joined());
  CHECK(read.at("cursor").as_string() == to_text(id) + "," + to_text(id));
  CHECK(read.at("gap").at(0).as_string() == "a\"b");
  CHECK(read.at("warning").as_string() == "careful");
  const auto set_apart = boost::json::parse(wire::timeout(17, {{id, id}, {}, {}, 0xbee})->text());
  CHECK(set_apart.at("cursor").as_string() == to_text(id) + "," + to_text(id) + "~bee");
  CHECK(wire::published({id}, false) == R"({"success":true,"id":")" + to_text(id) + R"(","timestamp":5})");
  CHECK(boost::json::parse(wire::published({id, id}, true)).at("events").as_array().size() == 2);
}

TEST_CASE("data alone is taken as its Content-Type says", "[parts]") {
  const config limits;
  const auto read = [&](std::string_view type, std::string_view body) {
    return wire::parse_data("farm", type, body, limits);
  };
  for (const char* type : {"application/json", "Application/JSON ; charset=utf-8"}) {
    CHECK(data_of(*read(type, " {\"a\" : 1} ")) == "{\"a\" : 1}");
  }
  for (const char* type :
       {"text/plain", "TEXT/plain", "text/plain; charset=UTF-8", "text/plain;charset=\"utf-8\""}) {
    CHECK(data_of(*read(type, "oink \"oink\"\n\x01 \xc3\xa9")) == "\"oink \\\"oink\\\"\\n\\u0001 \xc3\xa9\"");
  }
  CHECK(data_of(*read("text/plain", "")) == "\"\"");
  CHECK(data_of(*read("text/plain", "{\"category\":\"b\",\"data\":1}")).front() == '"');
  CHECK(data_of(*read("application/json", "{\"category\":\"b\",\"data\":1}")) ==
        "{\"category\":\"b\",\"data\":1}");
}

TEST_CASE("data alone is refused with a reason where it is not what its Content-Type says", "[parts]") {
  config limits;
  limits.max_event_bytes = 5;
  const auto status = [&](std::string_view type, std::string_view body, std::string category = "farm") {
    const auto read = wire::parse_data(std::move(category), type, body, limits);
    return read ? 200 : read.error().status;
  };
  for (const char* type : {"", "text/html", "application/x-www-form-urlencoded", "text/plain; charset=latin1",
                           "application/jsonp"}) {
    CHECK(status(type, "1") == 415);
  }
  CHECK(wire::parse_data("farm", "text/html", "1", limits).error().text.find("application/json") !=
        std::string::npos);
  for (const char* body : {"", "null", "{", "1 2", "NaN", "1e400"})
    CHECK(status("application/json", body) == 400);
  CHECK(status("text/plain", "\xff") == 400);
  CHECK(status("text/plain", "abc") == 200);  // five bytes with its quotes
  CHECK(status("text/plain", "abcd") == 413);
  CHECK(status("application/json", "12345") == 200);
  CHECK(status("application/json", "123456") == 413);
  CHECK(status("text/plain", "a", "") == 400);
  limits.max_event_bytes = 1000;
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(status("application/json", nested(32)) == 200);
  CHECK(status("application/json", nested(33)) == 400);
}
