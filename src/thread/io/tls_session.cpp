#include "longpolld/thread/io/tls_session.hpp"

#include "longpolld/thread/io/uninterrupted.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <utility>

namespace longpolld {
namespace {

using state = tcp_socket::state;

// Of one read, so that a peer whose records have a byte each has no more of a turn than others; nor one whose
// records say nothing: OpenSSL goes through these by itself as long as there are bytes.
constexpr std::size_t records_per_read = 64;
constexpr std::size_t received_per_read = 32'768;
constexpr std::size_t record_bytes_max = 16'384;

/// What is written next: a view of the part where it begins when that is enough for a record, or of `room`,
/// to which small parts are gathered.
class record_source {
 public:
  explicit record_source(std::span<const std::string_view> parts) : parts_(parts) { skip_empty(); }

  [[nodiscard]] bool is_done() const { return parts_.empty(); }

  [[nodiscard]] std::string_view next(std::span<char, record_bytes_max> room) const {
    const auto first = parts_.front().substr(at_);
    if (first.size() >= room.size() || parts_.size() == 1) return first.substr(0, room.size());
    std::size_t filled = 0;
    for (std::size_t i = 0; i < parts_.size() && filled < room.size(); ++i) {
      const auto part = i == 0 ? first : parts_[i];
      const auto count = std::min(part.size(), room.size() - filled);
      std::memcpy(room.data() + filled, part.data(), count);
      filled += count;
    }
    return {room.data(), filled};
  }

  void took(std::size_t bytes) {
    at_ += bytes;
    skip_empty();
  }

 private:
  void skip_empty() {
    while (!parts_.empty() && at_ >= parts_.front().size()) {
      at_ -= parts_.front().size();
      parts_ = parts_.subspan(1);
    }
  }

  std::span<const std::string_view> parts_;
  std::size_t at_ = 0;
};

}  // namespace

void tls_session::freeing::operator()(ssl_st* of) const { SSL_free(of); }

tls_session::tls_session(const tls_context& context, int descriptor, tls_handshakes& line, watcher& by)
    : native_(SSL_new(context.native())), line_(line), by_(by), descriptor_(descriptor) {
  if (!native_) throw std::bad_alloc();
  set_transport(*native_, *this);
  SSL_set_accept_state(native_.get());
}

tls_session::~tls_session() { end_sending(); }

long tls_session::receive(char* into, std::size_t bytes) {
  if (is_drained_ || receivable_ == 0) {  // what has come since it was drained is told of
    errno = EAGAIN;
    return -1;
  }
  const auto asked = std::min(bytes, receivable_);
  const auto count = uninterrupted([&] { return ::recv(descriptor_, into, asked, 0); });
  is_drained_ = is_established_ && count > 0 && static_cast<std::size_t>(count) < asked;
  if (count > 0) receivable_ -= static_cast<std::size_t>(count);
  return count;
}

long tls_session::send(const char* bytes, std::size_t count) {
  return uninterrupted([&] { return ::send(descriptor_, bytes, count, MSG_NOSIGNAL); });
}

ready_for tls_session::means(ready_for what) {
  const auto happened = what;
  what.reading = what.reading || (happened.writing && reading_waits_for_room_);
  what.writing = what.writing || (happened.reading && writing_waits_for_bytes_);
  return what;
}

void tls_session::step() {
  is_its_turn_ = true;
  by_.ready({.reading = true});
}

/// What a call that failed means; open: there are bytes that it must leave to another turn. Precondition:
/// OpenSSL's errors were cleared before that call.
state tls_session::failed(int result) {
  switch (SSL_get_error(native_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return receivable_ == 0 ? state::open : state::blocked;
    case SSL_ERROR_WANT_WRITE:
      return state::blocked;
    case SSL_ERROR_ZERO_RETURN:
      return state::ended;
    default:
      if (const char* why = ERR_reason_error_string(ERR_peek_error())) {
        log::debug(is_established_ ? "TLS failed" : "TLS handshake failed", {{"why", std::string_view(why)}});
      }
      ERR_clear_error();
      is_broken_ = true;
      return state::ended;
  }
}

state tls_session::shake_hands() {
  if (!std::exchange(is_its_turn_, false)) {
    line_.add(*this);
    return state::blocked;
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(native_.get());
  is_established_ = result == 1;
  if (is_established_) {
    line_.counted.done.add();
    return state::open;
  }
  const auto then = failed(result);
  if (then == state::ended) line_.counted.failed.add();
  reading_waits_for_room_ = then == state::blocked && SSL_want_write(native_.get());
  if (then != state::open) return then;
  line_.add(*this);
  return state::blocked;
}

tcp_socket::moved tls_session::read(std::span<char> into) {
  if (is_broken_) return {0, state::ended};
  is_drained_ = false;
  receivable_ = received_per_read;
  reading_waits_for_room_ = false;
  if (!is_established_) {
    const auto then = shake_hands();
    if (then != state::open) return {0, then};
  }
  std::size_t bytes = 0;
  for (std::size_t records = 0; records < records_per_read && bytes < into.size(); ++records) {
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(native_.get(), into.data() + bytes, into.size() - bytes, &count);
    bytes += count;
    // Nothing of use came, so that the user is not going to read on: there may be an end behind it.
    const bool ask_again = result != 1 && bytes == 0 && std::exchange(is_drained_, false);
    if (result == 1 || (ask_again && SSL_want_read(native_.get()))) continue;
    const auto then = failed(result);
    reading_waits_for_room_ = then == state::blocked && SSL_want_write(native_.get());
    // The end is told of when it is read again.
    return {bytes, then == state::ended && bytes > 0 ? state::open : then};
  }
  return {bytes, state::open};
}

tcp_socket::moved tls_session::write(std::span<const std::string_view> parts) {
  if (!is_established_ || is_broken_) return {0, state::ended};
  writing_waits_for_bytes_ = false;
  std::array<char, record_bytes_max> room;
  std::size_t bytes = 0;
  // A record that was begun is told of as written once the system has all of it: until then the same bytes
  // are offered again, which OpenSSL does not look at.
  for (record_source source(parts); !source.is_done();) {
    const auto next = source.next(room);
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_write_ex(native_.get(), next.data(), next.size(), &count);
    if (result == 1) {
      bytes += count;
      source.took(count);
      continue;
    }
    const auto then = failed(result);
    if (then == state::ended) return {bytes, then};
    writing_waits_for_bytes_ = SSL_want_read(native_.get());
    return {bytes, state::blocked};
  }
  return {bytes, state::open};
}

void tls_session::end_sending() noexcept {
  if (!is_established_ || is_broken_ || (SSL_get_shutdown(native_.get()) & SSL_SENT_SHUTDOWN) != 0) return;
  ERR_clear_error();
  SSL_shutdown(native_.get());
  ERR_clear_error();
}

}  // namespace longpolld
