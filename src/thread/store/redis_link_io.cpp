#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/redis_link.hpp"

#include <exception>
#include <new>
#include <utility>

namespace longpolld {
namespace {

using state = tcp_socket::state;

constexpr std::size_t read_at_once = 64 << 10;
constexpr std::size_t kept_out_bytes = 1 << 20;

}  // namespace

// -- commands and answers

void redis_link::send(std::string_view commands, std::size_t count) {
  out_.append(commands);
  if (outstanding_ == 0) progress_ = read_clocks().steady;
  outstanding_ += count;
  if (!is_telling_) write_on();
}

void redis_link::ready(ready_for what) {
  try {
    switch (stage_) {
      case stage::connecting:
        return what.writing || what.ended ? opened() : void();
      case stage::shaking_hands:
        return shake_hands();
      case stage::greeting:
      case stage::asking:
      case stage::connected:
        return go_on();
      default:
        return;
    }
  } catch (const std::bad_alloc&) {
    fail("there is no memory left for it");
  } catch (const std::exception& why) {
    fail(why.what());
  }
}

void redis_link::go_on() {
  is_telling_ = true;
  const bool is_open = read_on();
  is_telling_ = false;
  if (is_open) write_on();
}

void redis_link::write_on() {
  if (!socket_) return;
  while (sent_ < out_.size()) {
    const auto bytes = std::string_view(out_).substr(sent_);
    const auto wrote = tls_ ? tls_->write(bytes) : socket_->write(bytes);
    sent_ += wrote.bytes;
    if (stage_ == stage::connected) sent_bytes_ += wrote.bytes;
    if (wrote.then == state::blocked) return;
    if (wrote.then == state::ended) return;  // what was answered before is read, and then the end
  }
  sent_ = 0;
  out_.clear();
  if (out_.capacity() > kept_out_bytes) out_ = {};
}

/// False: the connection is not the one it was.
bool redis_link::read_on() {
  std::string room(read_at_once, '\0');
  const auto which = connection_;
  for (;;) {
    if (tls_) tls_->allow(tls_bytes_at_once);
    const auto came = tls_ ? tls_->read(room) : socket_->read(room);
    if (came.bytes > 0) {
      reader_->feed({room.data(), came.bytes});
      while (auto answer = reader_->next()) {
        take(std::move(*answer));
        if (connection_ != which) return false;
      }
      if (!reader_->fault().empty()) {
        const auto why = reader_->fault();
        was_too_large_ = reader_->is_too_large();
        return fail(why), false;
      }
    }
    if (came.then == state::ended) {
      return fail(tls_ && !tls_->fault().empty() ? tls_->fault() : "it ended the connection"), false;
    }
    if (came.then == state::blocked) return true;
  }
}

void redis_link::take(resp::value&& answer) {
  if (stage_ == stage::asking) return told_of_master(answer);
  if (stage_ == stage::greeting) return greeted(answer);
  if (outstanding_ == 0) return fail("it answered what nobody has asked");
  --outstanding_;
  progress_ = read_clocks().steady;
  whom_.answered(std::move(answer));
}

}  // namespace longpolld
