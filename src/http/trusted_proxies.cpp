#include "longpolld/http/trusted_proxies.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <algorithm>

namespace longpolld {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned bits_v4 = 32;
// No client's IPv6 address begins with 64 bits like these, which are of the multicast range.
constexpr client_key v4_mark = 0xffff'ffff'0000'0000;
constexpr client_key unassigned = 2;  // all of ::/64 but ::1
constexpr unsigned bits_v6 = 128;

ip::address_v6 as_v6(const ip::address& address) {
  return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

std::optional<ip::address> parse_address_alone(std::string_view text) {
  boost::system::error_code failed;
  const auto address = ip::make_address(std::string(text), failed);
  if (failed || (address.is_v6() && address.to_v6().scope_id() != 0)) return std::nullopt;
  return address;
}

/// An element of X-Forwarded-For: an address, as some proxies write it with brackets or a port.
std::optional<ip::address> parse_forwarded(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    text = text.substr(1, end - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  return parse_address_alone(text);
}

}  // namespace

std::optional<ip::network_v6> trusted_proxies::parse(std::string_view entry) {
  const auto slash = std::min(entry.find('/'), entry.size());
  const auto address = parse_address_alone(entry.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned width = address->is_v4() ? bits_v4 : bits_v6;
  unsigned bits = width;
  if (slash < entry.size()) {
    const auto given = whole_number<unsigned>(entry.substr(slash + 1));
    if (!given || *given > width) return std::nullopt;
    bits = *given;
  }
  return ip::network_v6(as_v6(*address), static_cast<unsigned short>(bits + bits_v6 - width)).canonical();
}

std::optional<std::string> trusted_proxies::fault(std::string_view entry) {
  if (parse(entry)) return std::nullopt;
  return '"' + std::string(entry) +
         "\" is not an address or network; allowed is 10.0.0.0/8, 192.0.2.1 or ::1";
}

trusted_proxies::trusted_proxies(const config& of) {
  for (const auto& entry : of.trusted_proxies) {
    if (const auto read = parse(entry)) all_.push_back(*read);
  }
}

bool trusted_proxies::trusts(const ip::address& peer) const {
  const auto address = as_v6(peer);
  return std::any_of(all_.begin(), all_.end(), [&](const ip::network_v6& one) {
    return ip::network_v6(address, one.prefix_length()).canonical() == one;
  });
}

client_key trusted_proxies::client(std::string_view forwarded_for) const {
  while (!forwarded_for.empty()) {
    const auto comma = forwarded_for.rfind(',');
    const auto begin = comma == std::string_view::npos ? 0 : comma + 1;
    const auto said = parse_forwarded(ascii::trimmed(forwarded_for.substr(begin)));
    if (!said) return 0;
    if (!trusts(*said)) return key_of(*said);
    forwarded_for = forwarded_for.substr(0, begin == 0 ? 0 : comma);
  }
  return 0;
}

client_key key_of(const ip::address& address) {
  const auto of_v4 = [](const ip::address_v4& v4) { return v4_mark | v4.to_uint(); };
  if (address.is_v4()) return of_v4(address.to_v4());
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return of_v4(ip::make_address_v4(ip::v4_mapped, v6));
  client_key key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8U | v6.to_bytes()[i];
  if (v6.is_loopback()) return 1;
  return key == 0 ? unassigned : key;
}

bool is_loopback(client_key client) {
  constexpr unsigned net_v4 = 127, host_bits_v4 = 24;
  const bool is_v4 = (client & v4_mark) == v4_mark;
  return is_v4 ? static_cast<std::uint32_t>(client) >> host_bits_v4 == net_v4 : client == 1;
}

bool names_only_loopback(std::string_view forwarded_for) {
  for (;;) {
    const auto comma = std::min(forwarded_for.find(','), forwarded_for.size());
    const auto said = parse_forwarded(ascii::trimmed(forwarded_for.substr(0, comma)));
    if (!said || !is_loopback(key_of(*said))) return false;
    if (comma == forwarded_for.size()) return true;
    forwarded_for.remove_prefix(comma + 1);
  }
}

std::string to_text(client_key client) {
  if (client == 0) return "-";
  if (client == 1) return "::1";
  if (client == unassigned) return "::/64";
  if ((client & v4_mark) == v4_mark) {  // for each line of the access log, so not by the system's inet_ntop
    std::string made;
    for (int byte = 3; byte >= 0; --byte) {
      made += std::to_string((client >> (8 * byte)) & 0xffU);
      if (byte > 0) made += '.';
    }
    return made;
  }
  ip::address_v6::bytes_type bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(client >> (56U - 8U * i));
  return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace longpolld
