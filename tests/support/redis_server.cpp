#include "support/redis_server.hpp"

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/loopback.hpp"
#include "support/test_server.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace longpolld::test {
namespace {

std::string find_program() {
  std::string path = std::getenv("PATH") ? std::getenv("PATH") : "";
  path += ":" LONGPOLLD_SOURCE_DIR "/tests/tools/usr/bin";
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    const auto one = path.substr(begin, end - begin) + "/redis-server";
    if (::access(one.c_str(), X_OK) == 0) return one;
    begin = end + 1;
  }
  return "";
}

}  // namespace

bool redis_server::is_there() {
  if (!find_program().empty()) return true;
  WARN("left out: Redis: no redis-server here");
  return false;
}

redis_server::redis_server(arguments how) : arguments_(std::move(how)) {
  port_ = free_port();
  start();
}

redis_server::~redis_server() { kill(); }

void redis_server::start() {
  std::vector<std::string> words = {
      find_program(), "--port",       std::to_string(port_), "--bind",  "127.0.0.1", "--save",       "",
      "--dir",        folder_.path(), "--loglevel",          "warning", "--logfile", folder_ / "log"};
  const bool has_file = !arguments_.front().starts_with("--");
  words.insert(has_file ? words.begin() + 1 : words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> all;
  for (auto& one : words) all.push_back(one.data());
  all.push_back(nullptr);
  id_ = ::fork();
  if (id_ == 0) {
    ::execv(all[0], all.data());
    ::_exit(127);
  }
  const auto is_up = [this] {
    const auto told = ask({"PING"}).text;
    return told == "PONG" || told.starts_with("NOAUTH");
  };
  if (!eventually(is_up)) throw std::runtime_error("no Redis");
}

void redis_server::signal(int number) const {
  if (id_ > 0) ::kill(id_, number);  // -1 would be everybody
}

void redis_server::kill() {
  if (id_ < 0) return;
  signal(SIGKILL);
  ::waitpid(id_, nullptr, 0);
  id_ = -1;
}

resp::value redis_server::ask(const std::vector<std::string>& words) const {
  resp::value failed;
  failed.is = resp::value::kind::error;
  const int one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{5, 0};
  ::setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto at = loopback(port_);
  std::optional<resp::value> got;
  if (::connect(one, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) {
    std::string line;
    resp::append_command(line, std::vector<std::string_view>(words.begin(), words.end()));
    resp::reader from(64 << 20);
    std::array<char, 65536> room{};
    if (::send(one, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size())) {
      while (!(got = from.next()) && from.fault().empty()) {
        const auto count = ::recv(one, room.data(), room.size(), 0);
        if (count <= 0) break;
        from.feed({room.data(), static_cast<std::size_t>(count)});
      }
    }
  }
  ::close(one);
  return got ? std::move(*got) : failed;
}

long redis_server::calls_of(const std::string& command) const {
  const auto all = ask({"INFO", "commandstats"}).text;
  const auto at = all.find("cmdstat_" + command + ":calls=");
  return at == std::string::npos ? 0 : std::atol(all.c_str() + all.find('=', at) + 1);
}

config node_of(const redis_server& of) {
  auto made = test_config();
  made.store = store_kind::redis;
  made.redis_url = of.url();
  return made;
}

}  // namespace longpolld::test
