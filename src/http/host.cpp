#include "longpolld/http/host.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace longpolld {
namespace {

namespace ip = boost::asio::ip;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

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
    const bool alphanumeric = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    return alphanumeric || marks.find(c) != std::string_view::npos;
  };
  return !host.empty() && !host.starts_with('.') && host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), good);
}

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  return text.empty() || (text.size() <= 5 && failed == std::errc{} && stop == end && number <= 65'535);
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

}  // namespace longpolld
