#include "longpolld/http/exchange.hpp"

#include "longpolld/http/connection.hpp"

namespace longpolld {

poll& exchange::as_poll() const { return by; }

pending_reply exchange::later(std::chrono::seconds at_most) const { return by.wait(at_most); }

pending_reply::pending_reply(connection& of, std::uint32_t request) : of_(&of), request_(request) {}

pending_reply::pending_reply(pending_reply&&) noexcept = default;

pending_reply::~pending_reply() {
  if (of_ && is_awaited()) of_->answer_waiting(reply::failure({503, "the server dropped this request"}));
}

bool pending_reply::is_awaited() const { return of_ && of_->awaits(request_); }

void pending_reply::answer(const reply& with) {
  const auto of = std::move(of_);
  if (of && of->awaits(request_)) of->answer_waiting(with);
}

}  // namespace longpolld
