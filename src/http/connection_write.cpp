#include "longpolld/http/connection.hpp"
#include "longpolld/words/log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::seconds linger_timeout{2};
constexpr std::size_t pieces_per_write = 64;

}  // namespace

void connection::reply(const response& with) {
  const auto most = home_.limits().max_requests_per_connection;
  if (!with.limit.empty()) home_.shared().reached(with.limit);
  const bool last = most > 0 && ++requests_ >= most;
  form_.close = form_.close || with.close || last || home_.draining();
  send(home_.render(with, form_), form_.without_body ? nullptr : with.body);
}

/// `bytes` end with `body` if there is one and it is one text; else it follows them.
void connection::send(std::string_view bytes, const body_ptr& body) {
  boost::system::error_code failed;
  const std::size_t count = socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), failed);
  if (failed && failed != boost::asio::error::would_block) return close();
  const bool is_joined = !body || body->is_one_text();
  if (count == bytes.size() && is_joined) return sent();
  const std::size_t head = bytes.size() - (body && is_joined ? body->size() : 0);
  outgoing_ = std::make_unique<outgoing>();
  if (count < head) outgoing_->head = bytes.substr(count, head - count);
  outgoing_->body = body;
  if (count > head) outgoing_->at = body->after({}, count - head);
  enter(stage::writing);
  if (count < bytes.size()) return wait_to_write();
  write_on();
}

void connection::wait_to_write() {
  socket_.async_wait(tcp_socket::wait_write,
                     [self = connection_ptr(this)](const boost::system::error_code& failed) {
                       self->home_.of().look_at_clocks();
                       if (!failed) self->guarded([&] { self->on_writable(); });
                     });
}

void connection::on_writable() {
  if (stage_ != stage::writing) return;
  write_on();
  home_.of().turn();
}

/// Writes what the socket takes.
void connection::write_on() {
  auto& out = *outgoing_;
  std::array<std::string_view, pieces_per_write> views;
  std::array<boost::asio::const_buffer, pieces_per_write + 1> buffers;
  for (;;) {
    const std::size_t count = out.body ? out.body->pieces(out.at, views) : 0;
    buffers[0] = boost::asio::buffer(std::as_const(out.head));
    for (std::size_t i = 0; i < count; ++i) buffers[i + 1] = {views[i].data(), views[i].size()};
    const auto parts = std::span(buffers).first(count + 1);
    const std::size_t offered = boost::asio::buffer_size(parts);
    if (offered == 0) break;
    boost::system::error_code failed;
    const std::size_t written = socket_.write_some(parts, failed);
    if (failed && failed != boost::asio::error::would_block) return close();
    const std::size_t of_head = std::min(written, out.head.size());
    out.head.erase(0, of_head);
    if (out.body) out.at = out.body->after(out.at, written - of_head);
    if (written < offered) return wait_to_write();
  }
  outgoing_.reset();
  sent();
}

void connection::sent() {
  if (form_.close) return linger();
  if (ended_) return close();
  enter(stage::idle);
  if (processing_) return;
  wait_to_read();
  if (!incoming_) return;
  boost::asio::post(home_.of().context(), [self = connection_ptr(this)] {
    self->home_.of().look_at_clocks();
    self->guarded([&] { self->process_waiting(); });
  });
}

/// Says that nothing more comes, then reads and discards for a while: closing with unread bytes would reset
/// the connection and could take the reply from a client that is still sending (RFC 9112 section 9.6).
void connection::linger() {
  if (ended_) return close();
  boost::system::error_code failed;
  socket_.shutdown(tcp_socket::shutdown_send, failed);
  if (failed) return close();
  incoming_.reset();
  enter(stage::lingering);
  wait_to_read();
}

void connection::enter(stage next) {
  stage_ = next;
  const auto& limits = home_.limits();
  const auto arm = [&](config::number seconds) { home_.of().arm(*this, std::chrono::seconds(seconds)); };
  switch (next) {
    case stage::idle:
      return arm(limits.idle_timeout_seconds);
    case stage::head:
      return arm(limits.head_timeout_seconds);
    case stage::body:
      return arm(limits.body_timeout_seconds);
    case stage::writing:
      return arm(limits.write_timeout_seconds);
    case stage::lingering:
      return home_.of().arm(*this, linger_timeout);
    case stage::parked:
    case stage::closed:
      return timed::disarm();
  }
}

void connection::expired() {
  const connection_ptr self(this);
  guarded([&] { too_slow(); });
}

void connection::too_slow() {
  const auto& limits = home_.limits();
  if (stage_ == stage::head) {
    return refuse(
        beyond(408, "the header took longer than", "head_timeout_seconds", limits.head_timeout_seconds));
  }
  if (stage_ == stage::body) {
    const auto took = home_.of().now().steady - incoming_->body_begun;
    if (took >= std::chrono::seconds(limits.body_timeout_seconds)) {
      return refuse(
          beyond(408, "the body took longer than", "body_timeout_seconds", limits.body_timeout_seconds));
    }
    return refuse(beyond(408, "the body came slower than", "min_body_bytes_per_second",
                         limits.min_body_bytes_per_second));
  }
  if (stage_ == stage::writing) {
    // Nothing more is queued for a reader that does not read: its cursor still stands.
    boost::system::error_code ignored;
    socket_.set_option(tcp_socket::linger(true, 0), ignored);
    home_.shared().reached("write_timeout_seconds");
  }
  close();
}

}  // namespace longpolld
