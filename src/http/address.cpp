#include "longpolld/http/address.hpp"

#include "longpolld/words/number.hpp"

#include <algorithm>

namespace longpolld {

using boost::asio::ip::tcp;

std::optional<tcp::endpoint> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool is_port_alone = colon == std::string_view::npos;
  const auto port = whole_number<std::uint16_t>(is_port_alone ? text : text.substr(colon + 1));
  if (!port) return std::nullopt;
  auto host = is_port_alone ? std::string_view("localhost") : text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  if (!bracketed && (host.empty() || host == "*"))
    return tcp::endpoint(boost::asio::ip::address_v6::any(), *port);
  boost::system::error_code bad;
  const auto address = boost::asio::ip::make_address(std::string(host), bad);
  if (bad || address.is_v6() != bracketed) return std::nullopt;
  return tcp::endpoint(address, *port);
}

std::string to_text(const tcp::endpoint& address) {
  const auto host = address.address().to_string();
  return (address.address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(address.port());
}

}  // namespace longpolld
