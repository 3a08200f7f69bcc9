#include "longpolld/http/read/host.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace longpolld {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address_v6> bracketed(std::string_view host) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF:.";  // no zone, and no other kind of address
  if (host.size() < 4 || !host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  const auto inner = host.substr(1, host.size() - 2);
  if (inner.find_first_not_of(digits) != std::string_view::npos) return std::nullopt;
  boost::system::error_code failed;
  const auto address = ip::make_address_v6(std::string(inner), failed);
  if (failed) return std::nullopt;
  return address;
}

bool is_name(std::string_view host) {
  constexpr std::string_view marks = "._~!$&'()*+,;=%-";
  const auto good = [&](char c) {
    return ascii::is_letter(c) || ascii::is_digit(c) || marks.find(c) != std::string_view::npos;
  };
  return !host.empty() && !host.starts_with('.') && host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), good);
}

bool is_port(std::string_view text) {
  return text.empty() || (text.size() <= 5 && whole_number<std::uint16_t>(text));
}

/// Without the dot that says that a name is complete.
std::string_view plain(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool is_loopback(std::string_view host) {
  if (const auto v6 = bracketed(host)) {
    return v6->is_loopback() || (v6->is_v4_mapped() && ip::make_address_v4(ip::v4_mapped, *v6).is_loopback());
  }
  constexpr std::string_view name = "localhost";
  if (host.size() >= name.size() && ascii::same(host.substr(host.size() - name.size()), name)) {
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
  }
  boost::system::error_code failed;
  const auto v4 = ip::make_address_v4(std::string(host), failed);
  return !failed && v4.is_loopback();
}

}  // namespace

std::optional<host_port> parse_host(std::string_view text) {
  host_port read;
  const bool is_v6 = text.starts_with('[');
  const auto end = is_v6 ? text.find(']') : text.find(':');
  read.host = text.substr(0, end == std::string_view::npos ? end : end + (is_v6 ? 1 : 0));
  if (is_v6 ? !bracketed(read.host) : !is_name(read.host)) return std::nullopt;
  auto rest = text.substr(read.host.size());
  if (rest.empty()) return read;
  if (rest.front() != ':' || !is_port(rest.substr(1))) return std::nullopt;
  read.port = rest.substr(1);
  return read;
}

bool allowed_hosts::allows(std::string_view host) const {
  const bool is_any = std::find(names_.begin(), names_.end(), "*") != names_.end();
  return (is_any && parse_host(host)) || names(host);
}

bool allowed_hosts::names(std::string_view host) const {
  const auto asked = parse_host(host);
  if (!asked) return false;
  if (is_loopback(plain(asked->host))) return true;
  return std::any_of(names_.begin(), names_.end(), [&](std::string_view entry) {
    const auto one = parse_host(entry);
    return one && entry != "*" && ascii::same(plain(one->host), plain(asked->host)) &&
           (one->port.empty() || one->port == asked->port);
  });
}

std::optional<std::string> allowed_hosts::fault(std::string_view entry) {
  if (entry == "*" || (parse_host(entry) && entry.find('*') == std::string_view::npos)) return std::nullopt;
  return '"' + std::string(entry) + "\" is not a host; allowed is *, example.org, example.org:8080 or [::1]";
}

}  // namespace longpolld
