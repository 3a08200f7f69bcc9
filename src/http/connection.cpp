#include "longpolld/http/connection.hpp"

#include "longpolld/http/endpoints.hpp"
#include "longpolld/thread/memory_reserve.hpp"
#include "longpolld/words/log.hpp"

#include <array>

namespace longpolld {
namespace {

constexpr std::size_t waiting_bytes_max = 20'480;   // pipelined behind a parked poll or a reply
constexpr std::size_t lingered_bytes_max = 65'536;  // discarded after the last reply

}  // namespace

connection::connection(http_shard& home, tcp_socket&& socket, const arrival& how)
    : home_(home), socket_(std::move(socket)), how_(how) {}

connection::~connection() = default;

void connection::start() {
  intrusive_ptr_add_ref(this);  // given back by close()
  home_.arrived(*this);
  guarded([&] {
    home_.of().arm(*this, std::chrono::seconds(home_.limits().head_timeout_seconds));
    home_.of().watching().add(socket_.descriptor(), *this);
  });
}

void connection::failed(const std::exception& problem) {
  log::error("a connection failed", {{"what", std::string_view(problem.what())}});
  close();
}

void connection::ready(ready_for what) {
  const connection_ptr self(this);
  guarded([&] {
    unread_ = unread_ || what.reading || what.ended;
    ending_ = ending_ || what.ended;
    if (what.writing && stage_ == stage::writing) write_on();
    read_on();
  });
}

void connection::read_on() {
  if (!unread_ || stage_ == stage::closed) return;
  // Whatever it sent behind the poll: who sends no more does not wait either.
  if (ending_ && stage_ == stage::parked) return close();
  // What waits is bounded here until some of it is processed, a head under way by max_header_bytes.
  const bool waits = stage_ == stage::parked || stage_ == stage::writing;
  if (waits && incoming_ && incoming_->bytes.size() >= waiting_bytes_max) return;
  const auto lent = home_.lent_buffer();
  const auto read = socket_.read(lent);
  unread_ = read.then == tcp_socket::state::open && (ending_ || read.bytes == lent.size());
  if (read.then == tcp_socket::state::ended) {
    ended_ = true;
    if (stage_ != stage::writing) close();
  } else if (read.bytes > 0) {
    take({lent.data(), read.bytes});
    read_later();
  }
  home_.of().turn_if_behind();
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
}

void connection::process_waiting() {
  if (!incoming_ || stage_ != stage::idle) return;
  process({});
  read_later();
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
  return read_body(now, bytes);
}

bool connection::read_body(incoming& now, std::string_view& bytes) {
  bool is_complete = false;
  if (now.framing == request::framing::chunked) {
    const auto most = static_cast<std::size_t>(home_.limits().max_body_bytes);
    const auto fed = now.chunks.feed(bytes, now.body, most);
    if (!fed) return refuse(fed.error()), false;
    is_complete = *fed == chunked_body::progress::complete;
  } else {
    const auto part = bytes.substr(0, static_cast<std::size_t>(now.content_bytes) - now.body.size());
    bytes.remove_prefix(part.size());
    now.body.append(part);
    is_complete = now.body.size() == now.content_bytes;
  }
  if (!is_complete) return await_body(now), false;
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
    const auto earned = static_cast<config::number>(now.body.size()) / limits.min_body_bytes_per_second;
    allowed = std::min(allowed, std::chrono::seconds(limits.body_grace_seconds + earned));
  }
  home_.of().arm(*this, now.body_begun + allowed);
}

void connection::handle(const request& from, const route& to, std::string_view body) {
  if (log::enabled(log::level::debug)) log::debug("request", {{"path", from.path}, {"query", from.query}});
  const auto client = home_.client_of(how_, from);
  const auto answer = respond(from, to, body, home_, *this, client);
  if (answer) return reply(*answer);
  parked_for_ = client;
  enter(stage::parked);
}

void connection::leave_parking() {
  if (stage_ != stage::parked) return;
  stage_ = stage::idle;
  home_.shared().leave(parked_for_);
}

void connection::wake(const body_ptr& body) {
  const connection_ptr self(this);
  guarded([&] {
    leave_parking();
    response with;
    with.body = body;
    reply(with);
  });
}

/// What is refused here leaves the framing in doubt or the rest unread, so it ends the connection.
void connection::refuse(const error& why) {
  log::debug("request refused", {{"status", why.status}, {"why", why.text}});
  auto with = response::failure(why);
  with.close = true;
  reply(with);
}

/// Before its head was parsed: `bytes` are what was read of it.
void connection::refuse_head(const error& why, std::string_view bytes) {
  form_ = home_.origins().form_of_refused(bytes);
  refuse(why);
}

/// Without memory nothing is read, parsed or rendered: the same bytes for everyone.
void connection::refuse_for_memory() {
  constexpr std::string_view body = R"({"error":"the server has no memory left for this request"})";
  constexpr std::string_view head =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
      "Cache-Control: no-store\r\nContent-Length: 58\r\nRetry-After: 1\r\nConnection: close\r\n";
  static_assert(body.size() == 58);
  if (stage_ == stage::parked || stage_ == stage::writing) return close();
  constexpr std::string_view head_end = "\r\n";
  static_cast<void>(socket_.write(std::array{head, home_.origins().fields_for_all(), head_end, body}));
  linger();
}

void connection::drain() {
  if (stage_ == stage::idle && !incoming_) close();
}

void connection::close() {
  if (stage_ == stage::closed) return;
  leave_parking();
  stage_ = stage::closed;
  const connection_ptr last(this, false);  // the reference of start()
  if (is_parked()) home_.of().leave(*this);
  timed::disarm();
  residents_hook::unlink();
  home_.of().watching().remove(*this);
  socket_.close();
  home_.departed();
}

}  // namespace longpolld
