#include "longpolld/http/address.hpp"

#include <charconv>

namespace longpolld {

using boost::asio::ip::tcp;

std::optional<tcp::endpoint> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto* end = port_text.data() + port_text.size();
  const auto [stop, failed] = std::from_chars(port_text.data(), end, port);
  if (port_text.empty() || failed != std::errc{} || stop != end) return std::nullopt;
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code bad;
  const auto address = boost::asio::ip::make_address(std::string(host), bad);
  if (bad || address.is_v6() != bracketed) return std::nullopt;
  return tcp::endpoint(address, port);
}

std::string to_text(const tcp::endpoint& address) {
  const auto host = address.address().to_string();
  return (address.address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(address.port());
}

}  // namespace longpolld
