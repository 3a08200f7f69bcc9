#include "longpolld/http/address.hpp"
#include "longpolld/process/options.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <iostream>
#include <sys/socket.h>
#include <sys/time.h>

namespace longpolld {

int ask_health(const config& of) {
  constexpr timeval patience{3, 0};
  auto at = *parse_address(of.listen.front());
  using boost::asio::ip::address_v4;
  using boost::asio::ip::address_v6;
  if (at.address().is_unspecified()) {
    at.address(at.address().is_v4() ? boost::asio::ip::address(address_v4::loopback())
                                    : address_v6::loopback());
  }
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  boost::system::error_code failed;
  socket.open(at.protocol(), failed);
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    ::setsockopt(socket.native_handle(), SOL_SOCKET, option, &patience, sizeof patience);
  }
  if (!failed) socket.connect(at, failed);
  const std::string ask = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (!failed) boost::asio::write(socket, boost::asio::buffer(ask), failed);
  std::string answer(12, '\0');
  if (!failed) boost::asio::read(socket, boost::asio::buffer(answer), failed);
  if (!failed && answer == "HTTP/1.1 200") return exit_ok;
  std::cerr << "longpolld: " << to_text(at) << " is not well: " << (failed ? failed.message() : answer)
            << '\n';
  return 1;
}

}  // namespace longpolld
