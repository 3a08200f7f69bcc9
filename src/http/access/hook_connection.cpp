#include "longpolld/http/access/hook_connection.hpp"

#include "longpolld/http/address.hpp"
#include "longpolld/words/ascii.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <sys/socket.h>
#include <utility>

namespace longpolld {
namespace {

using state = tcp_socket::state;
using progress = hook_reply_reader::progress;

// TLS may say ten times as much as the reply it carries: records of a byte, keys, certificates.
constexpr std::size_t tls_bytes_max = 1 << 20;

}  // namespace

/// What fails for want of memory, or of descriptors, costs its question.
template <class Action>
void hook_connection::guarded(Action action) {
  const auto self = shared_from_this();
  try {
    action();
  } catch (const std::exception& failed) {
    close();
    if (call_) client_.finished(std::move(call_), hook_answer::unavailable(failed.what()));
  }
}

void hook_connection::begin(std::unique_ptr<hook_call> call) {
  call_ = std::move(call);
  call_->at = this;
  guarded([&] {
    render();
    addresses_.assign(client_.addresses().now().rbegin(), client_.addresses().now().rend());
    connect();
  });
}

bool hook_connection::take(std::unique_ptr<hook_call>& call) {
  if (!is_quiet()) return close(), false;
  disarm();
  call_ = std::move(call);
  call_->at = this;
  stage_ = stage::asking;
  guarded([&] {
    render();
    go_on();
  });
  return true;
}

void hook_connection::render() {
  const auto& about = call_->what->about();
  const auto body = about.body();
  const auto& url = client_.settings().url;
  question_ = "POST " + url.target + " HTTP/1.1\r\nHost: " + url.authority() +
              "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\nAccept: application/json\r\n";
  for (const auto& one : about.forwarded()) {
    if (std::any_of(one.value.begin(), one.value.end(), ascii::is_control))
      throw std::invalid_argument("a field to be passed on has a control character in it");
    question_ += one.name + ": " + one.value + "\r\n";
  }
  question_ += "\r\n" + body;
  unsent_ = question_;
  reply_.emplace(client_.settings().max_reply_bytes);
}

/// Tries one address after the other.
void hook_connection::connect() {
  for (int failed = open(addresses_.back()); failed != 0; failed = open(addresses_.back())) {
    if (!has_another(failed)) return;
  }
}

/// Goes on from an address that failed to the next one; false when it was the last, and the answer is given.
bool hook_connection::has_another(int failed) {
  const auto to = addresses_.back();
  addresses_.pop_back();
  if (!addresses_.empty()) return true;
  give_up(hook_answer::unavailable("cannot connect to " + to_text(to) + ": " + std::strerror(failed)));
  return false;
}

/// 0, or the error's number.
int hook_connection::open(const hook_addresses::endpoint& to) {
  close_socket();
  const int made = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return errno;
  socket_.emplace(made);
  if (::connect(made, to.data(), static_cast<socklen_t>(to.size())) != 0 && errno != EINPROGRESS)
    return errno;
  client_.home().watching().add(made, *this);
  return 0;
}

void hook_connection::connected(int failed) {
  if (failed != 0) return has_another(failed) ? connect() : void();
  client_.addresses().prefer(addresses_.back());
  stage_ = stage::asking;
  client_.settings().url.is_https ? secured() : go_on();
}

void hook_connection::secured() {
  tls_ = std::make_unique<tls_client>(client_.trust(), client_.settings().url.host, socket_->descriptor());
  tls_->allow(tls_bytes_max);
  stage_ = stage::shaking_hands;
  shake_hands();
}

void hook_connection::shake_hands() {
  const auto then = tls_->shake_hands();
  if (then == state::blocked) return;
  if (then == state::ended) return lost("it ended the connection before TLS began");
  stage_ = stage::asking;
  go_on();
}

tcp_socket::moved hook_connection::read(std::span<char> into) {
  return tls_ ? tls_->read(into) : socket_->read(into);
}

tcp_socket::moved hook_connection::write(std::string_view bytes) {
  return tls_ ? tls_->write(bytes) : socket_->write(bytes);
}

/// Writes and reads as far as that goes.
void hook_connection::go_on() {
  bool is_broken = false;
  while (!unsent_.empty() && !is_broken) {
    const auto wrote = write(unsent_);
    unsent_.remove_prefix(wrote.bytes);
    is_broken = wrote.then == state::ended;
    if (wrote.then == state::blocked) break;
  }
  // What was answered before all was read counts too.
  if (!read_reply() && is_broken) lost("it ended the connection while the question was sent");
}

/// Whether its question is done with, one way or the other.
bool hook_connection::read_reply() {
  std::array<char, 8192> room;
  for (;;) {
    const auto came = read(room);
    std::string_view bytes(room.data(), came.bytes);
    auto then = progress::more;
    if (came.bytes > 0) {
      then = reply_->feed(bytes);
    } else if (came.then == state::blocked) {
      return false;
    } else if (reply_->has_begun()) {
      then = reply_->end();
    } else {
      return lost("it ended the connection without a reply"), true;
    }
    if (then == progress::whole) return whole(bytes), true;
    if (then == progress::broken) return give_up(hook_answer::unavailable(reply_->why())), true;
  }
}

void hook_connection::whole(std::string_view left_over) {
  const auto answer = judge(reply_->reply(), call_->what->about());
  // Bytes behind a reply may be what somebody has smuggled into it: they must not answer the next question.
  if (reply_->keeps() && left_over.empty() && unsent_.empty() && is_quiet()) {
    stage_ = stage::idle;
    is_kept_ = true;
    question_ = {};
    reply_.reset();
    client_.home().arm(*this, client_.settings().idle);
  } else {
    close();
  }
  client_.finished(std::move(call_), answer);
}

/// Whether nothing has come, not even the end.
bool hook_connection::is_quiet() {
  if (tls_) tls_->allow(tls_bytes_max);
  char one = 0;
  const auto came = read({&one, 1});
  return came.bytes == 0 && came.then == state::blocked;
}

/// The connection has ended and there is no reply. A backend may close a kept one at any time, also just as
/// it is used again: this says nothing of the question.
void hook_connection::lost(const std::string& why) {
  const bool again = is_kept_ && !reply_->has_begun() && !call_->is_retried;
  const auto fault = tls_ ? tls_->fault() : std::string();
  if (!again) return give_up(hook_answer::unavailable(fault.empty() ? why : fault));
  close();
  client_.retry(std::move(call_));
}

void hook_connection::give_up(const hook_answer& answer) {
  const auto self = shared_from_this();
  if (stage_ == stage::connecting && !addresses_.empty()) client_.addresses().avoid(addresses_.back());
  close();
  client_.finished(std::move(call_), answer);
}

void hook_connection::drop() {
  const auto self = shared_from_this();
  close();
  call_.reset();
}

void hook_connection::ready(ready_for what) {
  guarded([&] {
    switch (stage_) {
      case stage::connecting:
        if (what.writing || what.ended) {
          int failed = 0;
          socklen_t size = sizeof failed;
          ::getsockopt(socket_->descriptor(), SOL_SOCKET, SO_ERROR, &failed, &size);
          connected(failed);
        }
        return;
      case stage::shaking_hands:
        return shake_hands();
      case stage::asking:
        return go_on();
      case stage::idle:
        if (!is_quiet()) close();
        return;
      default:
        return;
    }
  });
}

void hook_connection::expired() { close(); }

void hook_connection::close() {
  const auto self = shared_from_this();
  if (std::exchange(stage_, stage::closed) == stage::closed) return;
  disarm();
  close_socket();
  client_.closed(*this);
}

void hook_connection::close_socket() {
  if (!socket_) return;
  client_.home().watching().remove(*this);
  tls_.reset();
  socket_.reset();
}

}  // namespace longpolld
