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
  if (with.limit) home_.shared().reached(with.limit);
  const bool last = ++requests_ >= most && most > 0;
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
  outgoing_ = std::make_unique<unread_reply>(*this);
  if (wrote.bytes < head) outgoing_->head = bytes.substr(wrote.bytes, head - wrote.bytes);
  outgoing_->body = body;
  if (wrote.bytes > head) outgoing_->at = body->after({}, wrote.bytes - head);
  outgoing_->written = wrote.bytes;
  home_.backlog().add(*outgoing_, home_.of().now().steady);
  enter(stage::writing);
  if (wrote.then == tcp_socket::state::open) write_on();
  home_.backlog().shed();
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
    out.written += wrote.bytes;
    const std::size_t of_head = std::min(wrote.bytes, out.head.size());
    out.head.erase(0, of_head);
    if (out.body) out.at = out.body->after(out.at, wrote.bytes - of_head);
    if (wrote.then == tcp_socket::state::blocked) return static_cast<void>(look_at_reader());
  }
  outgoing_.reset();
  sent();
}

/// Each byte that the reader's side has taken puts the end off, to write_timeout_seconds from now at most:
/// who stands still has that long, who is too slow uses it up, and what was taken fast cannot be saved for
/// later.
bool connection::look_at_reader() {
  using seconds = std::chrono::duration<double>;
  auto& out = *outgoing_;
  const auto& limits = home_.limits();
  const auto taken = out.written - std::min<std::uint64_t>(out.written, socket_.unacknowledged());
  const auto now = home_.of().now().steady;
  const bool reads = home_.backlog().looked_at(out, taken > out.taken, now);
  if (taken <= out.taken) return false;
  const auto more = static_cast<double>(taken - std::exchange(out.taken, taken));
  const auto rate = static_cast<double>(limits.min_reply_bytes_per_second);
  const std::chrono::seconds most(limits.write_timeout_seconds);
  const bool earns_all = more >= rate * static_cast<double>(limits.write_timeout_seconds);
  const auto earned =
      earns_all ? most : std::chrono::duration_cast<steady_time::duration>(seconds(more / rate));
  out.until = std::min(now + most, out.until + earned);
  if (out.is_settled) home_.of().arm(*this, out.until);
  return reads;
}

void connection::sent() {
  if (form_.close) return linger();
  if (ended_ && !incoming_ && !processing_) return close();
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
  forget_incoming();
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
      outgoing_->until = home_.of().now().steady + std::chrono::seconds(limits.write_timeout_seconds);
      return home_.of().arm(*this, home_.of().now().steady + reply_backlog::settles_within);
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
    return refuse_head(beyond(408, "the header took longer than", &config::head_timeout_seconds, limits),
                       incoming_ ? std::string_view(incoming_->bytes) : std::string_view{});
  }
  if (stage_ == stage::body) {
    const auto took = home_.of().now().steady - incoming_->body_begun;
    if (took >= std::chrono::seconds(limits.body_timeout_seconds)) {
      return refuse(beyond(408, "the body took longer than", &config::body_timeout_seconds, limits));
    }
    return refuse(beyond(408, "the body came slower than", &config::min_body_bytes_per_second, limits));
  }
  if (stage_ == stage::writing) {
    look_at_reader();
    const auto now = home_.of().now().steady;
    if (outgoing_->until > now) return home_.of().arm(*this, outgoing_->until);
    const bool stands = now - outgoing_->last_taken >= std::chrono::seconds(limits.write_timeout_seconds);
    home_.shared().reached(stands ? &config::write_timeout_seconds : &config::min_reply_bytes_per_second);
    return cut_off();
  }
  close();
}

}  // namespace longpolld
