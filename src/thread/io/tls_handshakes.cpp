#include "longpolld/thread/io/tls_handshakes.hpp"

namespace longpolld {

void tls_handshakes::add(waiting& one) {
  if (!one.is_linked()) line_.push_back(one);
  ask_once();
}

void tls_handshakes::go_on() {
  is_asked_ = false;
  for (std::size_t count = 0; count < steps_per_turn && !line_.empty(); ++count) {
    auto& one = line_.front();
    line_.pop_front();
    one.step();
  }
  if (!line_.empty()) ask_once();
}

void tls_handshakes::ask_once() {
  if (is_asked_) return;
  ask_();  // may find no memory
  is_asked_ = true;
}

}  // namespace longpolld
