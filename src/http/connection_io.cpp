#include "longpolld/http/connection.hpp"
#include "longpolld/thread/io/memory_reserve.hpp"
#include "longpolld/thread/io/tls_session.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace longpolld {
namespace {

constexpr std::size_t waiting_bytes_max = 20'480;   // pipelined behind a request that is being answered
constexpr std::size_t lingered_bytes_max = 65'536;  // discarded after the last reply
constexpr std::chrono::seconds linger_timeout{2};

}  // namespace

void connection::incoming::refuse() { of_.make_room(); }

bool connection::outgoing::look() { return of_.look_at_reader(); }

void connection::outgoing::cut_off() {
  of_.home_.shared().reached(&config::max_reply_bytes_in_flight);
  of_.cut_off();
}

void connection::read_on() {
  if (!unread_ || stage_ == stage::closed) return;
  // Whatever it sent behind the poll: who sends no more does not wait for events either.
  if (ending_ && is_parked()) return close();
  // Nobody is left to be answered.
  if (ending_ && stage_ == stage::waiting && socket_.is_reset()) return close();
  // What is not read the system holds, and its peer waits. Half of the room is for requests under way.
  // What waits is bounded here until some of it is processed, a head under way by max_header_bytes.
  const bool waits = stage_ == stage::waiting || stage_ == stage::writing;
  if (waits && incoming_ && incoming_->what.bytes.size() >= waiting_bytes_max) return;
  const auto& held = home_.shared().request_bytes;
  if (waits && held.now() > held.most() / 2) return;
  const auto lent = home_.lent_buffer();
  const auto read = socket_.read(lent);
  home_.counted().received_bytes.add(static_cast<std::int64_t>(read.bytes));
  unread_ = read.then == tcp_socket::state::open || (ending_ && read.bytes > 0);
  if (read.then == tcp_socket::state::ended) {
    ended_ = true;
    end_when_answered();
  } else {
    if (read.bytes > 0) take({lent.data(), read.bytes});
    read_later();
  }
  home_.core().turn_if_behind();
}

/// The peer sends no more: closes, unless a reply is due or whole requests may wait for their turn.
void connection::end_when_answered() {
  const bool is_answering = stage_ == stage::writing || (stage_ == stage::waiting && !is_parked());
  const bool has_waiting = stage_ == stage::idle && incoming_;
  if (!is_answering && !has_waiting) close();
}

/// What there may be left to read waits until others have had their turn.
void connection::read_later() {
  if (!unread_ || read_asked_ || stage_ == stage::closed) return;
  read_asked_ = true;
  home_.core().post([self = connection_ptr(this)] {
    self->read_asked_ = false;
    self->guarded([&] { self->read_on(); });
  });
}

void connection::take(std::string_view bytes) {
  if (stage_ == stage::lingering) {
    begun_or_lingered_ += static_cast<std::uint32_t>(bytes.size());
    if (begun_or_lingered_ > lingered_bytes_max) close();
    return;
  }
  if (memory_reserve::is_spent()) return refuse_for_memory();
  if (stage_ != stage::waiting && stage_ != stage::writing) return process(bytes);
  auto what = incoming_ ? std::move(incoming_->what) : unread_requests{};
  what.bytes.append(bytes);
  hold(std::move(incoming_), std::move(what));
}

/// Holds what is left, counted beside all others'.
void connection::hold(std::unique_ptr<incoming> held, unread_requests what) {
  incoming_ = held ? std::move(held) : std::make_unique<incoming>(*this);
  incoming_->what = std::move(what);
  incoming_->bytes.hold(home_.shared().request_bytes, sizeof *incoming_ + incoming_->what.held_bytes());
  home_.requests().add(*incoming_, home_.core().now().steady);
}

void connection::process_waiting() {
  if (!incoming_ || stage_ != stage::idle) return;
  process({});
  ended_ ? end_when_answered() : read_later();
}

void connection::process(std::string_view bytes) {
  auto held = std::move(incoming_);
  request_reader reader(home_.lent_parser(), home_.limits(), held ? std::move(held->what) : unread_requests{},
                        bytes);
  const auto takes_more = [this] {
    return stage_ == stage::idle || stage_ == stage::head || stage_ == stage::body;
  };
  processing_ = true;
  while (takes_more() && step(reader, held.get())) {
  }
  processing_ = false;
  if (stage_ == stage::closed || stage_ == stage::lingering || reader.is_done()) return;
  if (stage_ == stage::writing && form_.close) return;  // it ends with that reply, whatever stands behind
  const bool is_in_body = reader.is_in_body();
  hold(std::move(held), reader.release());
  if (takes_more()) await_more(is_in_body);
  home_.requests().shed();
}

/// One step further; false when more bytes are needed, or nothing more is to be read.
bool connection::step(request_reader& reader, incoming* held) {
  const auto found = reader.next();
  if (!found) {
    reader.is_in_body() ? refuse(found.error()) : refuse_head(found.error(), reader.rest());
    return false;
  }
  if (*found == request_reader::found::nothing) return false;
  if (*found == request_reader::found::head) return admit(reader);
  if (held) home_.requests().remove(*held);  // what is held behind it came later
  handle(reader.head(), reader.body());
  return true;
}

/// A head has a time. A body's time grows with what has come of it, up to body_timeout_seconds.
void connection::await_more(bool in_body) {
  if (!in_body) {
    if (stage_ != stage::head) enter(stage::head);
    return;
  }
  const auto& limits = home_.limits();
  auto& held = *incoming_;
  if (stage_ != stage::body) held.body_begun = home_.core().now().steady;
  set_stage(stage::body);
  std::chrono::seconds allowed(limits.body_timeout_seconds);
  if (limits.min_body_bytes_per_second > 0) {
    const auto earned = static_cast<config::number>(held.what.body_bytes) / limits.min_body_bytes_per_second;
    allowed = std::min(allowed, std::chrono::seconds(limits.body_grace_seconds + earned));
  }
  home_.core().arm(*this, held.body_begun + allowed);
}

void connection::answer(const reply& with, bool was_parked) {
  const auto most = home_.limits().max_requests_per_connection;
  if (with.limit) home_.shared().reached(with.limit);
  const bool last = ++requests_ >= most && most > 0;
  form_.close = form_.close || with.close || last || closes_ || home_.draining();
  home_.counted().answered(route_, with.status);
  if (route_ != no_route && !was_parked && how_.role != listen_role::admin)
    home_.core().note_done(std::chrono::microseconds(now_us() - begun_or_lingered_));
  route_ = no_route;
  const std::string_view bytes = home_.render(with, form_);
  const auto body = form_.without_body ? nullptr : with.body;
  home_.log().end(*this, with.status, bytes.size() + (body && !body->is_one_text() ? body->size() : 0));
  send(bytes, body);
}

/// `bytes` end with `body` if there is one and it is one text; else it follows them.
void connection::send(std::string_view bytes, const body_ptr& body) {
  const bool is_joined = !body || body->is_one_text();
  const auto wrote = is_joined ? socket_.write(bytes) : tcp_socket::moved{0, tcp_socket::state::open};
  home_.counted().sent_bytes.add(static_cast<std::int64_t>(wrote.bytes));
  if (wrote.then == tcp_socket::state::ended) return close();
  if (is_joined && wrote.then == tcp_socket::state::open) return sent();
  const std::size_t head = bytes.size() - (body && is_joined ? body->size() : 0);
  outgoing_ = std::make_unique<outgoing>(*this);
  outgoing_->head = bytes.substr(0, head);
  outgoing_->body = body;
  outgoing_->wrote(wrote.bytes);
  is_joined ? await_reader() : write_on();
}

/// Writes what the socket takes.
void connection::write_on() {
  std::array<std::string_view, tcp_socket::parts_max> parts;
  while (const auto count = outgoing_->pieces(parts)) {
    const auto wrote = socket_.write(std::span(parts).first(count));
    if (wrote.then == tcp_socket::state::ended) return close();
    home_.counted().sent_bytes.add(static_cast<std::int64_t>(wrote.bytes));
    outgoing_->wrote(wrote.bytes);
    if (wrote.then == tcp_socket::state::blocked) return await_reader();
  }
  outgoing_.reset();
  sent();
}

/// The rest of the reply waits until its reader has taken more. Only now it counts: most replies never wait,
/// and counting a large one costs a tenth of sending it.
void connection::await_reader() {
  if (outgoing_->in) return static_cast<void>(look_at_reader());
  outgoing_->other_bytes = how_.over_tls ? tls_session::begun_record_bytes : 0;
  home_.replies().add(*outgoing_, home_.core().now().steady);
  enter(stage::writing);
  look_at_reader();
  home_.replies().shed();
}

/// Notes what the reader has taken by now; returns whether that shows that it reads.
bool connection::look_at_reader() {
  auto& out = *outgoing_;
  const auto taken = out.written - std::min<std::uint64_t>(out.written, socket_.unacknowledged());
  const auto now = home_.core().now().steady;
  const bool took_more = taken > out.taken;
  const bool reads = home_.replies().looked_at(out, took_more, now);
  if (!took_more) return false;
  out.earn(taken, now, home_.limits());
  if (out.is_settled) home_.core().arm(*this, out.until);
  return reads;
}

void connection::sent() {
  if (form_.close) return linger();
  if (ended_ && !incoming_ && !processing_) return close();
  enter(stage::idle);
  if (processing_) return;
  if (home_.core().draining()) drain();  // this reply began before it was to be the last
  read_later();
  if (!incoming_) return;
  home_.core().post([self = connection_ptr(this)] { self->guarded([&] { self->process_waiting(); }); });
}

/// Says that nothing more comes, then reads and discards for a while: closing with unread bytes would reset
/// the connection and could take the reply from a client that is still sending (RFC 9112 section 9.6).
void connection::linger() {
  if (ended_) return close();
  if (!socket_.end_sending()) return close();
  incoming_.reset();
  begun_or_lingered_ = 0;
  enter(stage::lingering);
  read_later();
}

void connection::set_stage(stage next) noexcept {
  home_.counted().left(stage_);
  if (next != stage::closed) home_.counted().entered(next);
  stage_ = next;
}

/// Of the shard's clock, which is read once a batch. It comes round every 71 minutes.
std::uint32_t connection::now_us() const {
  const auto now = home_.core().now().steady.time_since_epoch();
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

void connection::enter(stage next) {
  set_stage(next);
  const auto& limits = home_.limits();
  auto& core = home_.core();
  switch (next) {
    case stage::idle:
      return core.arm(*this, std::chrono::seconds(limits.idle_timeout_seconds));
    case stage::head:
      return core.arm(*this, std::chrono::seconds(limits.head_timeout_seconds));
    case stage::writing:
      outgoing_->until = core.now().steady + std::chrono::seconds(limits.write_timeout_seconds);
      return core.arm(*this, core.now().steady + reply_backlog::settles_within);
    case stage::lingering:
      return core.arm(*this, linger_timeout);
    case stage::body:  // armed as its bytes come
    case stage::waiting:
    case stage::closed:
      return timed::disarm();
  }
}

}  // namespace longpolld
