#include "longpolld/thread/io/name_lookup.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <thread>
#include <utility>

namespace longpolld {

void look_up(std::string host, std::string port, std::function<void(looked_up)> then) {
  std::thread([host = std::move(host), port = std::move(port), then = std::move(then)] {
    try {
      looked_up made;
      boost::asio::io_context context;
      const auto found = boost::asio::ip::tcp::resolver(context).resolve(host, port, made.failed);
      made.found.assign(found.begin(), found.end());
      then(std::move(made));
    } catch (const std::exception&) {  // nobody is there to be told
    }
  }).detach();
}

}  // namespace longpolld
