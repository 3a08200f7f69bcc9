#include "longpolld/http/connection.hpp"
#include "longpolld/words/log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::seconds linger_timeout{2};

}  // namespace

void connection::reply(const response& with) {
  const auto most = home_.limits().max_requests_per_connection;
  if (!with.limit.empty()) home_.shared().reached(with.limit);
  const bool last = most > 0 && ++requests_ >= most;
  form_.close = form_.close || with.close || last || home_.draining();
  send(home_.render(with, form_), form_.without_body ? nullptr : with.body);
}

/// `bytes` end with `body`, if there is one.
void connection::send(std::string_view bytes, const body_ptr& body) {
  boost::system::error_code failed;
  const std::size_t count = socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), failed);
  if (failed && failed != boost::asio::error::would_block) return close();
  if (count == bytes.size()) return sent();
  const std::size_t head = bytes.size() - (body ? body->size() : 0);
  outgoing_ = std::make_unique<outgoing>();
  if (count < head) outgoing_->head = bytes.substr(count, head - count);
  outgoing_->body = body;
  outgoing_->body_sent = count > head ? count - head : 0;
  enter(stage::writing);
  wait_to_write();
}

void connection::wait_to_write() {
  socket_.async_wait(tcp_socket::wait_write,
                     [self = connection_ptr(this)](const boost::system::error_code& failed) {
                       if (!failed) self->guarded([&] { self->on_writable(); });
                     });
}

void connection::on_writable() {
  if (stage_ != stage::writing) return;
  auto& out = *outgoing_;
  const auto body = out.body ? std::string_view(*out.body).substr(out.body_sent) : std::string_view();
  const std::array parts{boost::asio::buffer(std::as_const(out.head)), boost::asio::buffer(body)};
  boost::system::error_code failed;
  const std::size_t count = socket_.write_some(parts, failed);
  if (failed && failed != boost::asio::error::would_block) return close();
  if (count < out.head.size() + body.size()) {
    const std::size_t of_head = std::min(count, out.head.size());
    out.head.erase(0, of_head);
    out.body_sent += count - of_head;
    return wait_to_write();
  }
  outgoing_.reset();
  sent();
  home_.of().turn();
}

void connection::sent() {
  if (form_.close) return linger();
  if (ended_) return close();
  enter(stage::idle);
  if (processing_) return;
  wait_to_read();
  if (!incoming_) return;
  boost::asio::post(home_.of().context(),
                    [self = connection_ptr(this)] { self->guarded([&] { self->process_waiting(); }); });
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
    const auto took = read_clocks().steady - incoming_->body_begun;
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
