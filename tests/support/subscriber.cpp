#include "support/subscriber.hpp"

namespace longpolld::test {

subscriber::subscriber(std::vector<std::uint16_t> ports, std::string category, cursor_style style, bool drops,
                       unsigned seed)
    : ports_(std::move(ports)),
      category_(std::move(category)),
      style_(style),
      drops_(drops),
      random_(seed),
      connections_(ports_.size()) {}

std::string subscriber::name() const {
  constexpr const char* styles[] = {"cursor", "since_time and last_id", "since_time"};
  return std::string(drops_ ? "dropping " : "") + styles[static_cast<int>(style_)];
}

std::string subscriber::target() const {
  std::string text = "/events?timeout=1&category=" + category_;
  if (style_ == cursor_style::cursor && !cursor_.empty()) return text + "&cursor=" + cursor_;
  text += "&since_time=" + std::to_string(since_);
  return style_ == cursor_style::since_and_last_id ? text + "&last_id=" + last_id_ : text;
}

std::optional<received> subscriber::poll() try {
  const auto node = requests_++ % ports_.size();
  auto& connection = connections_[node];
  if (!connection) connection = std::make_unique<client>(ports_[node]);
  const bool drop = drops_ && random_() % 3 == 0;
  if (!connection->send(request_text("GET", target()))) return std::nullopt;
  if (!drop) {
    auto answer = connection->receive();
    if (answer && answer->status == 503) return std::nullopt;
    return answer;
  }
  static_cast<void>(connection->readable(std::chrono::milliseconds(random_() % 30)));
  if (random_() % 2 == 0) connection->reset();
  return std::nullopt;
} catch (const std::exception&) {  // the server is being started again
  pause_briefly();
  return std::nullopt;
}

/// Whether it was a timeout.
bool subscriber::take(const received& from) {
  const auto body = from.json().as_object();
  seen_reply seen;
  seen.gap = body.contains("gap");
  cursor_ = body.at("cursor").as_string();
  if (const auto* events = body.if_contains("events")) {
    for (const auto& one : events->as_array()) {
      seen.events.push_back({std::string(one.at("id").as_string()),
                             std::string(one.at("category").as_string()), one.at("timestamp").as_int64(),
                             serialize(one.at("data"))});
    }
    since_ = seen.events.back().timestamp;
    last_id_ = seen.events.back().id;
  } else {
    seen.promise = body.at("timestamp").as_int64();
    since_ = seen.promise;
  }
  const bool timed_out = seen.events.empty();
  replies_.push_back(std::move(seen));
  return timed_out;
}

void subscriber::run(const std::atomic<bool>& published_all) {
  for (;;) {
    const bool last = published_all;
    const auto answer = poll();
    if (!answer) {
      connections_[(requests_ - 1) % ports_.size()].reset();
    } else if (take(*answer) && last) {
      return;
    }
  }
}

}  // namespace longpolld::test
