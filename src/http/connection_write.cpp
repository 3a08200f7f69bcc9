#include "longpolld/http/connection.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <array>
#include <span>
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

/// `bytes` end with `body` if there is one and it is one text; else it follows them.
void connection::send(std::string_view bytes, const body_ptr& body) {
  const auto wrote = socket_.write(bytes);
  if (wrote.then == tcp_socket::state::ended) return close();
  const bool is_joined = !body || body->is_one_text();
  if (wrote.then == tcp_socket::state::open && is_joined) return sent();
  const std::size_t head = bytes.size() - (body && is_joined ? body->size() : 0);
  outgoing_ = std::make_unique<outgoing>();
  if (wrote.bytes < head) outgoing_->head = bytes.substr(wrote.bytes, head - wrote.bytes);
  outgoing_->body = body;
  if (wrote.bytes > head) outgoing_->at = body->after({}, wrote.bytes - head);
  enter(stage::writing);
  if (wrote.then == tcp_socket::state::open) write_on();
}

/// Writes what the socket takes.
void connection::write_on() {
  auto& out = *outgoing_;
  std::array<std::string_view, tcp_socket::parts_max> parts;
  for (;;) {
    parts[0] = out.head;
    const std::size_t count = 1 + (out.body ? out.body->pieces(out.at, std::span(parts).subspan(1)) : 0);
    if (count == 1 && out.head.empty()) break;
    const auto wrote = socket_.write(std::span(parts).first(count));
    if (wrote.then == tcp_socket::state::ended) return close();
    const std::size_t of_head = std::min(wrote.bytes, out.head.size());
    out.head.erase(0, of_head);
    if (out.body) out.at = out.body->after(out.at, wrote.bytes - of_head);
    if (wrote.then == tcp_socket::state::blocked) return;
  }
  outgoing_.reset();
  sent();
}

void connection::sent() {
  if (form_.close) return linger();
  if (ended_) return close();
  enter(stage::idle);
  if (processing_) return;
  read_later();
  if (!incoming_) return;
  home_.of().post([self = connection_ptr(this)] { self->guarded([&] { self->process_waiting(); }); });
}

/// Says that nothing more comes, then reads and discards for a while: closing with unread bytes would reset
/// the connection and could take the reply from a client that is still sending (RFC 9112 section 9.6).
void connection::linger() {
  if (ended_) return close();
  if (!socket_.end_sending()) return close();
  incoming_.reset();
  enter(stage::lingering);
  read_later();
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
    return refuse_head(
        beyond(408, "the header took longer than", "head_timeout_seconds", limits.head_timeout_seconds),
        incoming_ ? std::string_view(incoming_->bytes) : std::string_view{});
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
    socket_.reset_on_close();
    home_.shared().reached("write_timeout_seconds");
  }
  close();
}

}  // namespace longpolld
