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
  const auto& addresses = of.listen.empty() ? of.publish_listen : of.listen;
  auto at = *parse_address(addresses.empty() ? of.tls_listen.front() : addresses.front());
  // Every address: on all of these, IPv4 is served too.
  if (at.address().is_unspecified()) at.address(boost::asio::ip::address_v4::loopback());
  server_url server{at.address().to_string(), std::to_string(at.port())};
  server.is_https = addresses.empty();
  server.is_anyone = true;  // it is on this machine, and its certificate names another host
  const auto answer = http_call(server, "/healthz", {}, std::chrono::seconds(3), health_bytes_max);
  if (answer.status == 200) return exit_ok;
  // Who has no certificate is answered nothing there; but for a handshake, too, a thread has to serve.
  if (answer.status == 0 && answer.has_shaken_hands && !of.tls_client_ca.empty()) return exit_ok;
  std::cerr << "longpolld: " << to_text(at) << " is not well: " << explain(answer) << '\n';
  return exit_unwell;
}

}  // namespace longpolld
