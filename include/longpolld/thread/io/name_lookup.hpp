#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <string>
#include <vector>

namespace longpolld {

/// What the system knows of a name: why not, or its addresses in the order to be tried.
struct looked_up {
  boost::system::error_code failed;
  std::vector<boost::asio::ip::tcp::endpoint> found;
};

/// Looks `host` up, a name or an address, and calls `then` on a thread of its own, which nobody waits for, or
/// never where memory is short: the system's look-up blocks, for many seconds where a name server is silent,
/// and cannot be called off. (Asio's resolver has such a thread too, but its io_context cannot end before the
/// look-up has.) Throws std::system_error where there is no thread to be had. Any thread.
void look_up(std::string host, std::string port, std::function<void(looked_up)> then);

}  // namespace longpolld
