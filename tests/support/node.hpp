#pragma once

#include "support/client.hpp"
#include "support/redis_server.hpp"
#include "support/test_server.hpp"

#include <set>
#include <string>

namespace longpolld::test {

/// A node of a history that is kept in Redis, and what tests ask of it.
class node {
 public:
  explicit node(const config& of) : server_(of) {}
  explicit node(const redis_server& redis) : server_(node_of(redis)) {}

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] test_server& server() { return server_; }
  [[nodiscard]] int status(const std::string& path) const {
    const auto answer = client(port()).get(path);
    return answer ? answer->status : 0;
  }
  [[nodiscard]] bool becomes(int ready) const {
    return eventually([&] { return status("/readyz") == ready; });
  }
  received publish(const std::string& category, const std::string& data, const std::string& key = "") const {
    client one(port());
    const auto answer = one.post("/publish", R"({"category":")" + category + R"(","data":)" + data + "}",
                                 key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
    return answer ? *answer : received{};
  }
  /// Publishes again and again until it is taken.
  [[nodiscard]] bool publishes(const std::string& category, const std::string& data) const {
    return eventually([&] { return publish(category, data).status == 200; });
  }
  /// What a poll gets, with the rest of its query.
  received poll(const std::string& category, const std::string& rest) const {
    const auto answer = client(port()).get("/events?timeout=1&category=" + category + rest);
    return answer ? *answer : received{};
  }
  /// The data of what is kept.
  [[nodiscard]] std::vector<std::string> kept(const std::string& category) const {
    return data_of(poll(category, "&since_time=0"));
  }
  static std::vector<std::string> data_of(const received& from) {
    std::vector<std::string> all;
    if (from.status != 200) return all;
    const auto body = from.json();
    const auto* events = body.as_object().if_contains("events");
    if (!events) return all;
    for (const auto& one : events->as_array()) all.push_back(serialize(one.at("data")));
    return all;
  }
  static bool has_gap(const received& from) { return from.body.find("\"gap\"") != std::string::npos; }
  static std::string cursor_of(const received& from) {
    return std::string(from.json().at("cursor").as_string());
  }

 private:
  test_server server_;
};

/// A poll that waits, and its reply.
class waiting_poll {
 public:
  waiting_poll(node& at, const std::string& category, const std::string& rest = "", int timeout = 60)
      : client_(at.port()) {
    client_.send(
        request_text("GET", "/events?category=" + category + "&timeout=" + std::to_string(timeout) + rest));
  }
  [[nodiscard]] bool is_parked() const { return !client_.readable(std::chrono::milliseconds(0)); }
  received reply() {
    const auto answer = client_.receive();
    return answer ? *answer : received{};
  }

 private:
  client client_;
};

}  // namespace longpolld::test
