#pragma once

#include <cstdint>
#include <netinet/in.h>

namespace longpolld::test {

/// 127.0.0.1 and this port.
sockaddr_in loopback(std::uint16_t port);

/// A socket that listens on a port that the system chooses, which `port` tells.
int listen_on_loopback(std::uint16_t& port);

/// A port that nobody listens on, just now.
std::uint16_t free_port();

/// Whether bytes, an end or a connection arrive within so many milliseconds.
bool is_readable(int descriptor, int milliseconds);

}  // namespace longpolld::test
