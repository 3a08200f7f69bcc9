#include "longpolld/http/connections.hpp"

#include <exception>
#include <utility>

namespace longpolld {

connections::~connections() {
  while (!residents_.empty()) residents_.front().close();
}

void connections::accept(tcp_socket&& socket, const arrival& how) {
  home_.core().post([this, how, accepted = std::move(socket)]() mutable {
    connection_ptr made;
    try {
      made.reset(new connection(home_, std::move(accepted), how));
    } catch (const std::exception&) {
      home_.shared().disconnect(how);
      throw;
    }
    residents_.push_back(*made);
    made->start();
  });
}

/// Any of them may end while another is served.
template <class Act>
void connections::each(Act act) {
  residents before;
  before.swap(residents_);
  while (!before.empty()) {
    auto& one = before.front();
    before.pop_front();
    residents_.push_back(one);
    act(one);
  }
}

void connections::reconfigure(const reconfiguration& next) {
  const bool is_distrusted = next.tls && home_.tls().client_ca() != next.tls->client_ca();
  home_.reconfigure(next);
  for (auto& one : residents_) one.reconfigure(next, is_distrusted);
  if (!is_distrusted) return;
  each([](connection& one) {
    if (one.closes()) one.drain();
  });
}

void connections::drain() {
  auto& core = home_.core();
  core.look_at_clocks();
  core.drain();
  each([](connection& one) { one.drain(); });
  core.turn();
}

}  // namespace longpolld
