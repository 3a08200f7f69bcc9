#include "longpolld/http/address.hpp"
#include "longpolld/process/client/client_options.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/process/options.hpp"

#include <iostream>

namespace longpolld {

namespace {

constexpr std::size_t health_bytes_max = 65'536;  // /healthz answers some thirty

}  // namespace

int ask_health(const config& of) {
  const auto& plain = of.listen.empty() ? of.publish_listen : of.listen;
  auto at = *parse_address(plain.empty() ? of.tls_listen.front() : plain.front());
  // Every address: on all of these, IPv4 is served too.
  if (at.address().is_unspecified()) at.address(boost::asio::ip::address_v4::loopback());
  server_url url{at.address().to_string(), std::to_string(at.port())};
  url.is_https = plain.empty();
  url.is_anyone = true;  // it is on this machine, and its certificate names another host
  const auto answer = http_call(url, "/healthz", {}, std::chrono::seconds(3), health_bytes_max);
  if (answer.status == 200) return exit_ok;
  std::cerr << "longpolld: " << to_text(at) << " is not well: " << explain(answer) << '\n';
  return exit_unwell;
}

}  // namespace longpolld
