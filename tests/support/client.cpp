#include "support/client.hpp"

#include "support/access.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace longpolld::test {

std::string received::field(std::string_view name) const {
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  };
  const auto at = lower(head).find("\r\n" + lower(std::string(name)) + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

client::client(std::uint16_t port, const char* from) : client() {
  connect(port, from);
  if (tls_ports::has(port)) tls_ = std::make_unique<tls_stream>(descriptor_);
}

client::client(std::uint16_t port, const tls_stream::settings& set) : client() {
  connect(port, nullptr);
  tls_ = std::make_unique<tls_stream>(descriptor_, set);
}

void client::connect(std::uint16_t port, const char* from) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{10, 0};
  const int on = 1;
  if (from) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &own.sin_addr);
    ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  }
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    throw std::runtime_error("cannot connect");
  }
}

client::~client() { close(); }

void client::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void client::reset() {
  const linger now{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void client::shutdown_sending() {
  if (tls_) tls_->end_sending();
  ::shutdown(descriptor_, SHUT_WR);
}

long client::read(std::span<char> into) {
  return tls_ ? tls_->read(into) : ::recv(descriptor_, into.data(), into.size(), 0);
}

bool client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count =
        tls_ ? tls_->write(bytes) : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<received> client::receive(bool has_body) {
  char buffer[65536];
  for (;;) {
    const auto end = unread_.find("\r\n\r\n");
    if (end != std::string::npos) {
      received read;
      read.head = unread_.substr(0, end + 2);
      read.status = std::stoi(read.head.substr(9, 3));
      const auto length = read.field("Content-Length");
      const std::size_t body = has_body && !length.empty() ? std::stoul(length) : 0;
      if (unread_.size() >= end + 4 + body) {
        read.body = unread_.substr(end + 4, body);
        unread_.erase(0, end + 4 + body);
        return read;
      }
    }
    const auto count = read(buffer);
    if (count <= 0) return std::nullopt;
    unread_.append(buffer, static_cast<std::size_t>(count));
  }
}

std::string client::receive_all(std::chrono::milliseconds patience) {
  char buffer[65536];
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end && readable(patience)) {
    const auto count = read(buffer);
    if (count <= 0) break;
    unread_.append(buffer, static_cast<std::size_t>(count));
  }
  return std::exchange(unread_, {});
}

bool client::readable(std::chrono::milliseconds within) const {
  if (tls_) return tls_->readable(within);
  pollfd look{descriptor_, POLLIN, 0};
  return ::poll(&look, 1, static_cast<int>(within.count())) > 0;
}

std::optional<received> client::get(const std::string& target, const std::string& fields) {
  if (!send(request_text("GET", target, fields))) return std::nullopt;
  return receive();
}

std::optional<received> client::post(const std::string& target, std::string_view body,
                                     const std::string& fields) {
  if (!send(request_text("POST", target, fields, body))) return std::nullopt;
  return receive();
}

std::string client::publish(const std::string& category, const std::string& data) {
  const auto answer = post("/publish", R"({"category":")" + category + R"(","data":)" + data + "}");
  if (!answer || answer->status != 200) return {};
  return std::string(answer->json().at("id").as_string());
}

namespace {

/// What the rules of test_rules() ask for.
const std::string& common_credentials() {
  static const bool are_asked_for = std::getenv("LONGPOLLD_TEST_TOKENS") != nullptr;
  static const std::string field = are_asked_for ? bearer(site_token("tester")) : "";
  return field;
}

}  // namespace

std::string request_text(std::string_view method, std::string_view target, std::string_view fields,
                         std::string_view body) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
  if (fields.find("Authorization:") == fields.npos) text += common_credentials();
  if (method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append("\r\n").append(body);
}

void pause_briefly() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

}  // namespace longpolld::test
