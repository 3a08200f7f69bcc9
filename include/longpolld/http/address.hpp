#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// An address to listen on: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; `8080` alone is on localhost,
/// `:8080` and `*:8080` are every address, IPv6 and IPv4, as `[::]:8080` is; port 0 lets the system choose.
/// Names are not looked up, so that starting never waits for a resolver.
[[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> parse_address(std::string_view text);

[[nodiscard]] std::string to_text(const boost::asio::ip::tcp::endpoint& address);

}  // namespace longpolld
