#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench {

inline std::string digits(std::size_t number, int width) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*zu", width, number);
  return text;
}

/// What a client of a kind of server says, and what it reads out of the replies. Categories are numbers, data
/// is a number of 16 digits.
class dialect {
 public:
  enum class kind { floor, longpolld, golongpoll, nchan };

  explicit dialect(std::string_view name)
      : is_(name == "floor"        ? kind::floor
            : name == "golongpoll" ? kind::golongpoll
            : name == "nchan"      ? kind::nchan
                                   : kind::longpolld) {}

  /// `place`: what follow() made of the last reply, or nothing.
  [[nodiscard]] std::string poll(std::size_t category, const std::string& place) const {
    if (is_ == kind::nchan) return get("/sub/" + digits(category, 8), place);
    const std::string target = "/events?category=" + digits(category, 8) + "&timeout=110";
    return get(is_ == kind::golongpoll ? target + place : target + "&cursor=" + place);
  }
  /// All that is kept of a category; of the floor: so many bytes.
  [[nodiscard]] std::string everything(std::size_t category, std::size_t bytes) const {
    if (is_ == kind::floor) return get("/all?bytes=" + digits(bytes, 8));
    if (is_ == kind::nchan) return get("/all/" + digits(category, 8));
    return get("/events?category=" + digits(category, 8) + "&timeout=110&since_time=0");
  }
  [[nodiscard]] std::string publish(std::size_t category, const std::string& data) const {
    const std::string text = '"' + data + '"';
    if (is_ == kind::nchan) return post("/pub/" + digits(category, 8), text);
    return post("/publish", R"({"category":")" + digits(category, 8) + R"(","data":)" + text + "}");
  }
  /// Many events at once; empty where there is no such thing.
  [[nodiscard]] std::string publish_to_each(std::size_t from, std::size_t to,
                                            const std::string& data = "0000000000000000") const {
    if (is_ != kind::longpolld) return {};
    std::string body;
    for (std::size_t i = from; i < to; ++i) {
      body += (i == from ? "[" : ",") + (R"({"category":")" + digits(i, 8)) + R"(","data":")" + data + "\"}";
    }
    return post("/publish", body + "]");
  }

  /// Where the client stands after this reply, for the next poll.
  [[nodiscard]] std::string follow(std::string_view reply) const {
    if (is_ == kind::nchan) {
      return "If-Modified-Since: " + field(reply, "\r\nLast-Modified: ") +
             "\r\nIf-None-Match: " + field(reply, "\r\nEtag: ") + "\r\n";
    }
    if (is_ == kind::golongpoll) {
      return "&since_time=" + text_behind(reply, "\"timestamp\":", 13) +
             "&last_id=" + text_behind(reply, "\"id\":\"", 36);
    }
    return text_behind(reply, "\"cursor\":\"", 36);
  }
  /// The number that was published, of a reply to a poll; -1 of the floor, whose replies are all alike.
  [[nodiscard]] long number(std::string_view reply) const {
    if (is_ == kind::floor) return -1;
    if (is_ == kind::nchan) return std::stol(std::string(reply.substr(reply.size() - 17, 16)));
    return std::stol(text_behind(reply, "\"data\":\"", 16));
  }

 private:
  /// Of each request, where BENCH_TOKEN is in the environment.
  static const std::string& credentials() {
    static const char* const token = std::getenv("BENCH_TOKEN");
    static const std::string field = token ? "Authorization: Bearer " + std::string(token) + "\r\n" : "";
    return field;
  }
  static std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\nAccept: */*\r\n" + fields +
           credentials() + "\r\n";
  }
  static std::string post(const std::string& target, const std::string& body) {
    return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\n" + credentials() +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string field(std::string_view reply, std::string_view name) {
    const auto at = reply.find(name);
    if (at == std::string_view::npos)
      throw std::runtime_error("no " + std::string(name) + " in " + std::string(reply));
    const auto begin = at + name.size();
    return std::string(reply.substr(begin, reply.find("\r\n", begin) - begin));
  }
  static std::string text_behind(std::string_view reply, std::string_view name, std::size_t length) {
    const auto at = reply.rfind(name);
    if (at == std::string_view::npos)
      throw std::runtime_error("no " + std::string(name) + " in " + std::string(reply));
    return std::string(reply.substr(at + name.size(), length));
  }

  kind is_;
};

}  // namespace bench
