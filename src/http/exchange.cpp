#include "longpolld/http/exchange.hpp"

#include "longpolld/http/connection.hpp"

namespace longpolld {

poll& exchange::as_poll() const { return by; }

void exchange::parked_by(rights_source source, poll_end without_event) const {
  by.parked_by(source, without_event);
}

pending_reply exchange::later(std::chrono::seconds at_most) const { return by.wait(at_most); }

pending_reply exchange::stored(std::chrono::seconds at_most) const { return by.wait(at_most, true); }

pending_reply::pending_reply(connection& of, std::uint32_t request) : of_(&of), request_(request) {}

pending_reply::pending_reply(pending_reply&&) noexcept = default;

pending_reply::~pending_reply() {
  if (of_ && is_awaited()) of_->drop_waiting();
}

bool pending_reply::is_awaited() const { return of_ && of_->awaits(request_); }

bool pending_reply::has_left() const { return of_->is_gone(); }

void pending_reply::resume(const request& asked, std::string_view body, const hook_said* said,
                           std::uint8_t fetches) {
  const auto of = std::move(of_);
  if (of && of->awaits(request_)) of->resume(asked, body, said, fetches);
}

void pending_reply::answer(const reply& with) {
  const auto of = std::move(of_);
  if (of && of->awaits(request_)) of->answer_waiting(with);
}

}  // namespace longpolld
