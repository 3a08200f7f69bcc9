#include "longpolld/http/connection.hpp"

#include "longpolld/http/endpoint/endpoints.hpp"
#include "longpolld/words/log.hpp"

#include <array>

namespace longpolld {
namespace {

// In which idle connections that drain() finds may send a request: those that have only just connected are
// sending their first, and one that is kept may be used while nobody has been told of the end.
constexpr std::chrono::milliseconds first_request_grace{1000}, next_request_grace{150};

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

void connection::handle(const request& from, const route& to, std::string_view body) {
  if (log::enabled(log::level::debug)) log::debug("request", {{"path", from.path}, {"query", from.query}});
  home_.requests().remove(*this);  // what is held behind it came later
  const auto client = home_.client_of(how_, from);
  const auto answer = respond(from, to, body, home_, *this, client);
  if (answer) return reply(*answer);
  parked_for_ = client;
  parked_seats_ = seats();
  enter(stage::parked);
}

void connection::leave_parking() {
  if (stage_ != stage::parked) return;
  stage_ = stage::idle;
  home_.shared().leave(parked_for_, parked_seats_);
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

void connection::make_room() {
  const connection_ptr self(this);
  guarded([&] { refuse_for_room(); });
}

/// There is no room for what is held of a request, or of what waits behind another.
void connection::refuse_for_room() {
  constexpr auto limit = &config::max_request_bytes_in_flight;
  if (stage_ == stage::writing) {  // it is closed after that reply, before what waits is looked at
    home_.shared().reached(limit);
    forget_incoming();
    form_.close = true;
    return;
  }
  if (stage_ == stage::idle) form_ = {};  // it was the last one's
  forget_incoming();
  if (stage_ == stage::parked) {
    home_.of().leave(*this);
    leave_parking();
  }
  refuse(beyond(503, "no room for the bytes of this request:", limit, home_.limits()));
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
  const connection_ptr self(this);
  if (stage_ != stage::idle) return;
  unread_ = true;
  guarded([&] { read_on(); });
  if (stage_ != stage::idle || incoming_) return;
  const auto grace = requests_ > 0 ? next_request_grace : first_request_grace;
  home_.of().arm(*this, home_.of().now().steady + grace);
}

void connection::cut_off() noexcept {
  socket_.reset_on_close();
  close();
}

void connection::close() noexcept {
  if (stage_ == stage::closed) return;
  leave_parking();
  stage_ = stage::closed;
  const connection_ptr last(this, false);  // the reference of start()
  timed::disarm();
  residents_hook::unlink();
  home_.of().watching().remove(*this);
  socket_.close();
  forget_incoming();
  outgoing_.reset();
  home_.departed(how_.counted_as());
  if (!is_parked()) return;
  try {
    home_.of().leave(*this);
  } catch (const std::exception& problem) {  // it is unlinked; that it left is
                                             // told with the next that does
    log::error("a poll's end could not be told", {{"what", std::string_view(problem.what())}});
  }
}

}  // namespace longpolld
