#include "longpolld/http/connection.hpp"

#include "longpolld/http/admission.hpp"
#include "longpolld/http/exchange.hpp"
#include "longpolld/words/log.hpp"

#include <array>
#include <cassert>

namespace longpolld {
namespace {

// In which idle connections that drain() finds may send a request: those that have only just connected are
// sending their first, and one that is kept may be used while nobody has been told of the end.
constexpr std::chrono::milliseconds first_request_grace{1000}, next_request_grace{600};

}  // namespace

connection::connection(http_shard& home, tcp_socket&& socket, const arrival& how)
    : home_(home), socket_(std::move(socket)), how_(how) {}

connection::~connection() { assert(!is_parked() && parked_seats_ == 0); }

void connection::start() {
  intrusive_ptr_add_ref(this);  // given back by close()
  home_.counted().accepted.add();
  home_.counted().entered(stage_);
  guarded([&] {
    home_.core().arm(*this, std::chrono::seconds(home_.limits().head_timeout_seconds));
    if (how_.over_tls) socket_.secure(home_.tls(), home_.handshakes(), *this);
    home_.core().watching().add(socket_.descriptor(), *this);
  });
}

void connection::failed(const std::exception& problem) {
  log::error("a connection failed", {{"what", std::string_view(problem.what())}});
  close();
}

void connection::ready(ready_for what) {
  const connection_ptr self(this);
  guarded([&] {
    what = socket_.means(what);
    unread_ = unread_ || what.reading || what.ended;
    ending_ = ending_ || what.ended;
    if (what.writing && stage_ == stage::writing) write_on();
    read_on();
  });
}

/// Judges a request by its head. Returns whether the reader may go on.
bool connection::admit(request_reader& reader) {
  const auto& asked = reader.head();
  const bool has_cors = how_.role != listen_role::admin;
  form_ = {!asked.keep_alive, asked.is_http_1_0, asked.method == request::verb::head,
           has_cors ? home_.origins().find(asked) : reply_form::no_cors};
  if (home_.log().is_on()) {
    const auto client = home_.client_of(how_, asked);
    home_.log().begin(*this, asked, client != 0 ? client : how_.peer);
  }
  const auto* to = find_route(asked.path, how_.role);
  route_ = to ? static_cast<std::uint8_t>(index_of(to)) : no_route;
  begun_or_lingered_ = now_us();
  const bool has_body = asked.body != request::framing::none;
  if (auto refused = refusal(asked, to, home_, how_, *this)) {
    // There are few connections for operators: who is none does not keep one.
    if (has_body || how_.role == listen_role::admin) refused->close = true;
    if (!has_body) reader.skip();
    answer(*refused);
    return true;
  }
  reader.keep_body(to && to->acts && asked.method == request::verb::post);
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  const bool is_awaited = has_body && !asked.has_empty_body() && reader.rest().empty();
  if (asked.expects_continue && is_awaited && socket_.write(go_on).then != tcp_socket::state::open) {
    // A part of it would be taken for the beginning of the reply, and who has no room for it reads nothing.
    close();
    return false;
  }
  return true;
}

void connection::handle(const request& asked, std::string_view body, const hook_said* said,
                        std::uint8_t fetches) {
  const auto client = home_.client_of(how_, asked);
  const exchange one{asked, body, home_, client, how_, *this, said, fetches};
  if (const auto with = respond(one, find_route(asked.path, how_.role))) return answer(*with);
  if (is_parked()) {
    parked_for_ = client;
    parked_seats_ = seats();
    enter(stage::waiting);
    if (closes_) home_.core().hasten(*this);
  }
  assert(stage_ == stage::waiting || requests_ > 0);  // or it was answered before the endpoint returned
}

void connection::leave_parking(poll_end how) {
  if (parked_seats_ == 0) return;
  home_.counted().ended(how);
  home_.log().unparked(*this, poll_end_names[static_cast<std::size_t>(how)]);
  home_.shared().leave(parked_for_, std::exchange(parked_seats_, std::uint8_t{0}));
}

void connection::wake(const body_ptr& body) {
  const connection_ptr self(this);
  guarded([&] {
    const auto why = home_.core().wakes();
    leave_parking(why == shard::waking::with_events   ? poll_end::event
                  : why == shard::waking::by_draining ? poll_end::stopped
                                                      : without_event_);
    reply with;
    with.body = body;
    if (is_cacheable()) with.let_caches_keep(home_.cache_control());
    answer(with, true);
  });
}

pending_reply connection::wait(std::chrono::seconds at_most, bool is_stored) {
  assert(stage_ != stage::waiting && !is_parked());
  is_stored_ = is_stored;
  enter(stage::waiting);
  home_.core().arm(*this, at_most);
  return {*this, requests_};
}

bool connection::awaits(std::uint32_t request) const {
  return stage_ == stage::waiting && !is_parked() && requests_ == request;
}

reply connection::unanswered(std::string_view why) const {
  error told{503, std::string(why)};
  if (is_stored_) told.maybe_stored = true;
  return reply::failure(told);
}

void connection::answer_waiting(const reply& with) {
  const connection_ptr self(this);
  guarded([&] { answer(with); });
}

void connection::drop_waiting() noexcept {
  const connection_ptr self(this);
  guarded([&] { answer(unanswered("the server dropped this request")); });
}

void connection::resume(const request& asked, std::string_view body, const hook_said* said,
                        std::uint8_t fetches) {
  const connection_ptr self(this);
  guarded([&] {
    enter(stage::idle);
    handle(asked, body, said, fetches);
    if (is_parked() && ending_) close();  // it sends no more, so it does not wait for events either
  });
}

/// What is refused here leaves the framing in doubt or the rest unread, so it ends the connection.
void connection::refuse(const error& why) {
  log::debug("request refused", {{"status", why.status}, {"why", why.text}});
  if (home_.log().is_on()) home_.log().begin_refused(*this, how_.peer);
  auto with = reply::failure(why);
  with.close = true;
  answer(with);
}

/// Before its head was parsed: `bytes` are what was read of it.
void connection::refuse_head(const error& why, std::string_view bytes) {
  form_ = home_.origins().form_of_refused(bytes);
  if (how_.role == listen_role::admin) form_.origin = reply_form::no_cors;
  refuse(why);
}

/// There is no room for what is held of a request, or of what waits behind another.
void connection::make_room() {
  constexpr auto limit = &config::max_request_bytes_in_flight;
  const connection_ptr self(this);
  guarded([&] {
    if (stage_ == stage::writing) {  // it is closed after that reply, before what waits is looked at
      home_.shared().reached(limit);
      incoming_.reset();
      form_.close = true;
      return;
    }
    if (stage_ == stage::idle || stage_ == stage::head) form_ = {};  // it was the last one's
    auto why = beyond(503, "no room for the bytes of this request:", limit, home_.limits());
    if (stage_ == stage::waiting && !is_parked() && is_stored_) why.maybe_stored = true;
    incoming_.reset();
    home_.core().leave(*this);
    leave_parking(poll_end::shed);
    refuse(why);
  });
}

/// Without memory nothing is read, parsed or rendered: the same bytes for everyone.
void connection::refuse_for_memory() {
  constexpr std::string_view body = R"({"error":"the server has no memory left for this request"})";
  constexpr std::string_view head =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
      "Cache-Control: no-store\r\nContent-Length: 58\r\nRetry-After: 1\r\nConnection: close\r\n";
  static_assert(body.size() == 58);
  if (stage_ == stage::waiting || stage_ == stage::writing) return close();
  constexpr std::string_view head_end = "\r\n";
  const auto origins =
      how_.role == listen_role::admin ? std::string_view() : home_.origins().fields_for_all();
  static_cast<void>(socket_.write(std::array{head, origins, head_end, body}));
  linger();
}

void connection::expired() {
  const connection_ptr self(this);
  guarded([&] { too_slow(); });
}

void connection::too_slow() {
  const auto& limits = home_.limits();
  const auto now = home_.core().now().steady;
  switch (stage_) {
    case stage::head:
      return refuse_head(beyond(408, "the header took longer than", &config::head_timeout_seconds, limits),
                         incoming_ ? std::string_view(incoming_->what.bytes) : std::string_view{});
    case stage::body:
      if (now - incoming_->body_begun >= std::chrono::seconds(limits.body_timeout_seconds)) {
        return refuse(beyond(408, "the body took longer than", &config::body_timeout_seconds, limits));
      }
      return refuse(beyond(408, "the body came slower than", &config::min_body_bytes_per_second, limits));
    case stage::waiting:
      return answer(unanswered("the server could not answer this request in time"));
    case stage::writing: {
      look_at_reader();
      if (outgoing_->until > now) return home_.core().arm(*this, outgoing_->until);
      const bool stands = now - outgoing_->last_taken >= std::chrono::seconds(limits.write_timeout_seconds);
      home_.shared().reached(stands ? &config::write_timeout_seconds : &config::min_reply_bytes_per_second);
      return cut_off();
    }
    case stage::idle:
    case stage::lingering:
    case stage::closed:
      return close();
  }
}

void connection::reconfigure(const reconfiguration& next, bool is_distrusted) {
  form_.origin = next.origin(form_.origin);
  if (is_distrusted && how_.over_tls) closes_ = true;
  if (!is_parked()) return;
  const auto carried = closes_ ? std::nullopt : next.carried(parked_by_);
  parked_by_ = carried.value_or(access_rules::of_everyone());
  if (carried) return;
  without_event_ = poll_end::rights_taken;
  home_.core().hasten(*this);
}

void connection::drain() {
  const connection_ptr self(this);
  if (stage_ != stage::idle) return;
  unread_ = true;
  guarded([&] { read_on(); });
  if (stage_ != stage::idle || incoming_) return;
  const auto grace = requests_ > 0 ? next_request_grace : first_request_grace;
  home_.core().arm(*this, home_.core().now().steady + grace);
}

/// With a reset: nothing more is queued for a reader that does not read. Its cursor still stands.
void connection::cut_off() noexcept {
  socket_.reset_on_close();
  close();
}

void connection::close() noexcept {
  if (stage_ == stage::closed) return;
  leave_parking(poll_end::gone);
  set_stage(stage::closed);
  is_gone_.store(true, std::memory_order_relaxed);
  const connection_ptr last(this, false);  // the reference of start()
  timed::disarm();
  residents_hook::unlink();
  home_.core().watching().remove(*this);
  socket_.close();
  incoming_.reset();
  outgoing_.reset();
  home_.log().gone(*this);
  home_.shared().disconnect(how_);
  home_.core().leave(*this);
}

}  // namespace longpolld
