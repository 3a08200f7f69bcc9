#include "longpolld/http/address.hpp"
#include "longpolld/process/server.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace longpolld {
namespace {

// A client that waits so long is told rather than left without a word.
constexpr std::chrono::seconds loading_patience{2};

}  // namespace

/// At the sockets that were handed over for this option, else at its addresses.
void server::listen(const std::vector<systemd_notify::handed_over>& activated, const char* option,
                    const std::vector<std::string>& addresses, listen_role role, bool speaks_tls) {
  bool is_handed_over = false;
  for (const auto& [descriptor, replaced] : activated) {
    if (replaced != option) continue;
    is_handed_over = true;
    if (addresses.empty() && replaced != "listen") {
      throw cannot_listen("a socket is handed over for " + replaced + ", which is not set");
    }
    if (const auto why = listener::fault(descriptor)) throw cannot_listen(*why);
    listeners_.push_back(std::make_unique<listener>(connections_, shared_, role, speaks_tls));
    listeners_.back()->adopt(descriptor);
  }
  if (is_handed_over) return;
  for (const auto& address : addresses) bind(address, role, speaks_tls);
}

void server::bind(const std::string& address, listen_role role, bool speaks_tls) {
  const auto at = parse_address(address);
  if (!at) throw cannot_listen(address + ": is not an address to listen on");
  try {
    open(*at, role, speaks_tls);
  } catch (const boost::system::system_error& failed) {
    throw cannot_listen("cannot listen on " + address + ": " + failed.code().message());
  }
}

/// Every address is IPv4's alone where the system has no IPv6.
void server::open(const boost::asio::ip::tcp::endpoint& at, listen_role role, bool speaks_tls) try {
  listeners_.push_back(std::make_unique<listener>(connections_, shared_, role, speaks_tls));
  listeners_.back()->open(at);
} catch (const boost::system::system_error& failed) {
  listeners_.pop_back();
  const bool is_every = at.address().is_v6() && at.address().is_unspecified();
  if (!is_every || failed.code() != boost::asio::error::address_family_not_supported) throw;
  open({boost::asio::ip::address_v4::any(), at.port()}, role, speaks_tls);
}

void server::accept_operators() {
  boost::asio::post(pool_[0].context(), [this] {
    for (auto& one : listeners_) {
      if (one->role() == listen_role::admin) one->start();
    }
  });
}

/// Only the first time.
void server::accept() {
  boost::asio::post(pool_[0].context(), [this] {
    if (std::exchange(accepts_, true)) return;
    for (auto& one : listeners_) {
      if (one->role() != listen_role::admin) one->start();
    }
  });
}

/// Connections wait in their sockets until the store has read what it keeps, and will answer them.
void server::accept_late() {
  accept_timer_.expires_after(loading_patience);
  accept_timer_.async_wait([this](const boost::system::error_code& failed) {
    if (!failed) accept();
  });
}

}  // namespace longpolld
