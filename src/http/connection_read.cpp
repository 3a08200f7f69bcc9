#include "longpolld/http/connection.hpp"
#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/thread/io/memory_reserve.hpp"

#include <algorithm>
#include <utility>

namespace longpolld {
namespace {

constexpr std::size_t waiting_bytes_max = 20'480;   // pipelined behind a parked poll or a reply
constexpr std::size_t lingered_bytes_max = 65'536;  // discarded after the last reply

}  // namespace

void connection::read_on() {
  if (!unread_ || stage_ == stage::closed) return;
  // Whatever it sent behind the poll: who sends no more does not wait either.
  if (ending_ && stage_ == stage::parked) return close();
  // What is not read the system holds, and its peer waits. Half of the room is for requests under way.
  // What waits is bounded here until some of it is processed, a head under way by max_header_bytes.
  const bool waits = stage_ == stage::parked || stage_ == stage::writing;
  if (waits && incoming_ && incoming_->bytes.size() >= waiting_bytes_max) return;
  const auto& held = home_.shared().request_bytes;
  if (waits && held.now() > held.most() / 2) return;
  const auto lent = home_.lent_buffer();
  const auto read = socket_.read(lent);
  unread_ = read.then == tcp_socket::state::open && (ending_ || read.bytes == lent.size());
  if (read.then == tcp_socket::state::ended) {
    ended_ = true;
    end_when_answered();
  } else if (read.bytes > 0) {
    take({lent.data(), read.bytes});
    read_later();
  }
  home_.of().turn_if_behind();
}

/// The peer sends no more: closes, unless a reply is under way or whole requests may wait for their turn.
void connection::end_when_answered() {
  const bool has_waiting = stage_ == stage::idle && incoming_;
  if (stage_ != stage::writing && !has_waiting) close();
}

/// What there may be left to read waits until others have had their turn.
void connection::read_later() {
  if (!unread_ || read_asked_ || stage_ == stage::closed) return;
  read_asked_ = true;
  home_.of().post([self = connection_ptr(this)] {
    self->read_asked_ = false;
    self->guarded([&] { self->read_on(); });
  });
}

void connection::take(std::string_view bytes) {
  if (stage_ == stage::lingering) {
    lingered_bytes_ += static_cast<std::uint32_t>(bytes.size());
    if (lingered_bytes_ > lingered_bytes_max) close();
    return;
  }
  if (memory_reserve::is_spent()) return refuse_for_memory();
  if (stage_ != stage::parked && stage_ != stage::writing) return process(bytes);
  if (!incoming_) incoming_ = std::make_unique<incoming>();
  incoming_->bytes.append(bytes);
  count(*incoming_);
}

/// Counts what is held of a request.
void connection::count(incoming& now) {
  auto& all = home_.shared().request_bytes;
  now.held.hold(all, sizeof now + now.bytes.capacity() + now.head.capacity() + now.body.capacity() +
                         now.chunks.held_bytes());
  home_.requests().add(*this, home_.of().now().steady);
}

void connection::forget_incoming() noexcept {
  incoming_.reset();
  home_.requests().remove(*this);
}

void connection::process_waiting() {
  if (!incoming_ || stage_ != stage::idle) return;
  process({});
  ended_ ? end_when_answered() : read_later();
}

void connection::process(std::string_view bytes) {
  incoming now;
  if (incoming_) {
    now = std::move(*incoming_);
    incoming_.reset();
  }
  std::string joined;
  if (!now.bytes.empty()) {
    joined = std::move(now.bytes);
    joined.append(bytes);
    bytes = joined;
  }
  processing_ = true;
  const auto takes_more = [this] {
    return stage_ == stage::idle || stage_ == stage::head || stage_ == stage::body;
  };
  while (!bytes.empty() && takes_more() && step(now, bytes)) {
  }
  processing_ = false;
  if (stage_ == stage::closed || stage_ == stage::lingering) return;
  if (!bytes.empty() || !now.head.empty()) {
    now.bytes = std::string(bytes);
    incoming_ = std::make_unique<incoming>(std::move(now));
    count(*incoming_);
    home_.requests().shed();
  } else {
    home_.requests().remove(*this);
  }
}

/// One request further; false when more bytes are needed.
bool connection::step(incoming& now, std::string_view& bytes) {
  return now.head.empty() ? read_head(now, bytes) : read_body(now, bytes);
}

bool connection::read_head(incoming& now, std::string_view& bytes) {
  form_ = {};
  const bool is_fresh = stage_ == stage::idle;
  if (const auto known = is_fresh ? home_.lent_parser().recall(bytes, home_.limits()) : std::nullopt) {
    const auto head = bytes.substr(0, known->bytes);
    bytes.remove_prefix(known->bytes);
    return begin(now, known->read, head, bytes);
  }
  const auto seen = now.guard.look(bytes, home_.limits());
  if (!seen) return refuse_head(seen.error(), bytes), false;
  if (!*seen) {
    if (stage_ != stage::head) enter(stage::head);
    return false;
  }
  const auto head = bytes.substr(now.guard.skipped(), **seen - now.guard.skipped());
  bytes.remove_prefix(**seen);
  now.guard = {};
  const auto from = home_.lent_parser().parse(head);
  if (!from) return refuse_head(from.error(), head), false;
  return begin(now, *from, head, bytes);
}

/// Answers a request if all of it is there, else keeps its head until it is.
bool connection::begin(incoming& now, const request& from, std::string_view head, std::string_view& bytes) {
  form_ = {!from.keep_alive, from.is_http_1_0, from.method == request::verb::head,
           home_.origins().find(from)};
  const auto to = find_route(from.path, how_.role);
  if (auto refused = refusal(from, to, home_, how_)) {
    if (from.body != request::framing::none) refused->close = true;
    return reply(*refused), true;
  }
  if (from.body == request::framing::none) return handle(from, to, {}), true;
  if (from.body == request::framing::length && bytes.size() >= from.content_bytes) {
    const auto body = bytes.substr(0, static_cast<std::size_t>(from.content_bytes));
    bytes.remove_prefix(body.size());
    return handle(from, to, body), true;
  }
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  if (from.expects_continue && bytes.empty() && socket_.write(go_on).then != tcp_socket::state::open) {
    // A part of it would be taken for the beginning of the reply, and who has no room for it reads nothing.
    return close(), false;
  }
  now.head = head;
  now.framing = from.body;
  now.content_bytes = from.content_bytes;
  now.keeps_body = to.to == endpoint::publish && from.method == request::verb::post;
  return read_body(now, bytes);
}

/// Takes what there is of the body.
outcome<chunked_body::progress> connection::take_body(incoming& now, std::string_view& bytes) {
  if (now.framing == request::framing::chunked) {
    std::string dropped;
    const auto most = static_cast<std::size_t>(home_.limits().max_body_bytes);
    auto& body = now.keeps_body ? now.body : dropped;
    const auto before = body.size();
    const auto fed = now.chunks.feed(bytes, body, most);
    now.body_bytes += body.size() - before;
    return fed;
  }
  const auto part = bytes.substr(0, static_cast<std::size_t>(now.content_bytes - now.body_bytes));
  bytes.remove_prefix(part.size());
  now.body_bytes += part.size();
  if (now.keeps_body) now.body.append(part);
  return now.body_bytes == now.content_bytes ? chunked_body::progress::complete
                                             : chunked_body::progress::more;
}

bool connection::read_body(incoming& now, std::string_view& bytes) {
  const auto taken = take_body(now, bytes);
  if (!taken) return refuse(taken.error()), false;
  if (*taken == chunked_body::progress::more) return await_body(now), false;
  const auto done = std::exchange(now, {});
  const auto from = home_.lent_parser().parse(done.head);  // it was well when it came
  handle(*from, find_route(from->path, how_.role), done.body);
  return true;
}

/// The body's time grows with what has come of it, up to body_timeout_seconds.
void connection::await_body(incoming& now) {
  const auto& limits = home_.limits();
  if (stage_ != stage::body) now.body_begun = home_.of().now().steady;
  stage_ = stage::body;
  std::chrono::seconds allowed(limits.body_timeout_seconds);
  if (limits.min_body_bytes_per_second > 0) {
    const auto earned = static_cast<config::number>(now.body_bytes) / limits.min_body_bytes_per_second;
    allowed = std::min(allowed, std::chrono::seconds(limits.body_grace_seconds + earned));
  }
  home_.of().arm(*this, now.body_begun + allowed);
}

}  // namespace longpolld
