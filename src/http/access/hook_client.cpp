#include "longpolld/http/access/hook_client.hpp"

#include "longpolld/http/access/hook_connection.hpp"

#include <algorithm>
#include <utility>

namespace longpolld {
namespace {

std::string too_late(const hook_settings& of) {
  return "no answer within " + std::to_string(of.timeout.count()) + " seconds";
}

}  // namespace

hook_call::hook_call(hook_client& client, std::shared_ptr<hook_inquiry> question)
    : of(client), what(std::move(question)) {}

void hook_call::expired() { of.expired(*this); }

std::optional<tls_trust> hook_client::trust_of(const hook_settings& settings) {
  if (!settings.url.is_https) return std::nullopt;
  return tls_trust::of(settings.ca_file);
}

hook_client::hook_client(const hook_settings& settings, std::optional<tls_trust> trust, shard& home)
    : settings_(settings),
      home_(home),
      trust_(std::move(trust)),
      addresses_(settings.url, home, [this] { serve(); }) {}

hook_client::~hook_client() {
  is_over_ = true;  // whoever is told that its question was dropped may ask again
  const auto waiting = std::exchange(waiting_, {});
  for (auto& one : std::exchange(connections_, {})) one->drop();
}

void hook_client::ask(std::shared_ptr<hook_inquiry> what) {
  if (is_over_) return;
  const auto bytes = what->about().bytes();
  const auto refuse = [&](hook_verdict::kind how, const char* why) {
    what->answer(hook_answer::not_asked(how, why), home_.now().steady);
  };
  const auto of_same = waiting_of_.find(what->about().counts_for());
  if (of_same != waiting_of_.end() && of_same->second >= settings_.max_waiting_per_address) {
    return refuse(hook_verdict::kind::crowded, "one address has max_waiting_per_address questions waiting");
  }
  if (waiting_.size() >= settings_.max_waiting || waiting_bytes_ + bytes > settings_.max_waiting_bytes) {
    return refuse(hook_verdict::kind::unavailable, "too many questions wait for it");
  }
  auto call = std::make_unique<hook_call>(*this, std::move(what));
  home_.arm(*call, settings_.timeout);
  put_waiting(waiting_.end(), std::move(call));
  serve();
}

/// Gives waiting questions to connections. Not from within itself: an answer that is there at once would
/// nest as deep as there are questions.
void hook_client::serve() {
  if (is_over_ || std::exchange(is_serving_, true)) return;
  try {
    while (serve_one()) {
    }
  } catch (...) {
    is_serving_ = false;
    throw;
  }
  is_serving_ = false;
}

/// False when nothing waits, or what waits has to go on.
bool hook_client::serve_one() {
  if (waiting_.empty()) return false;
  if (!waiting_.front()->what->is_wanted()) return take_waiting(waiting_.begin()), true;
  if (addresses_.now().empty()) {
    if (addresses_.is_looking_up()) return false;
    finished(take_waiting(waiting_.begin()), hook_answer::unavailable(addresses_.problem()));
    return true;
  }
  auto call = take_waiting(waiting_.begin());
  if (start(call)) return true;
  put_waiting(waiting_.begin(), std::move(call));
  return false;
}

void hook_client::put_waiting(calls::iterator before, std::unique_ptr<hook_call> call) {
  const auto& about = call->what->about();
  const auto counts_for = about.counts_for();
  const auto at = waiting_.insert(before, std::move(call));
  try {
    if (counts_for != 0) ++waiting_of_[counts_for];
  } catch (...) {
    waiting_.erase(at);
    throw;
  }
  waiting_bytes_ += about.bytes();
}

std::unique_ptr<hook_call> hook_client::take_waiting(calls::iterator at) {
  auto call = std::move(*at);
  waiting_.erase(at);
  waiting_bytes_ -= call->what->about().bytes();
  const auto of_same = waiting_of_.find(call->what->about().counts_for());
  if (of_same != waiting_of_.end() && --of_same->second == 0) waiting_of_.erase(of_same);
  return call;
}

/// The connection that was used last is taken first, so that those beyond need grow old. False, and the call
/// is left, when all are busy.
bool hook_client::start(std::unique_ptr<hook_call>& call) {
  for (auto at = connections_.size(); at-- > 0;) {
    const auto one = connections_[at];
    if (!one->is_idle()) continue;
    if (one->take(call)) {
      const auto now_at = std::find(connections_.begin(), connections_.end(), one);
      if (now_at != connections_.end()) std::rotate(now_at, now_at + 1, connections_.end());
      return true;
    }
    at = std::min(at, connections_.size());
  }
  if (connections_.size() >= settings_.max_connections) return false;
  connect(std::move(call));
  return true;
}

void hook_client::connect(std::unique_ptr<hook_call> call) {
  auto made = std::make_shared<hook_connection>(*this);
  connections_.push_back(made);
  made->begin(std::move(call));
}

void hook_client::finished(std::unique_ptr<hook_call> call, const hook_answer& answer) {
  call->disarm();
  call->what->answer(answer, home_.now().steady);
  serve();
}

void hook_client::retry(std::unique_ptr<hook_call> call) {
  call->is_retried = true;
  call->at = nullptr;
  connect(std::move(call));
}

void hook_client::closed(hook_connection& one) {
  const auto at = std::find_if(connections_.begin(), connections_.end(),
                               [&](const auto& other) { return other.get() == &one; });
  if (at != connections_.end()) connections_.erase(at);
}

void hook_client::expired(hook_call& call) {
  const auto answer = hook_answer::unavailable(too_late(settings_));
  if (call.at) return call.at->give_up(answer);
  const auto at =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& other) { return other.get() == &call; });
  if (at != waiting_.end()) finished(take_waiting(at), answer);
}

}  // namespace longpolld
