#include "support/backend.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <csignal>
#include <openssl/ssl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace longpolld::test {
namespace {

constexpr int look_ms = 5;

std::shared_ptr<SSL_CTX> context_of(const authority::files& of) {
  std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const bool is_good = SSL_CTX_use_certificate_chain_file(made.get(), of.certificate.c_str()) == 1 &&
                       SSL_CTX_use_PrivateKey_file(made.get(), of.key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (!is_good) throw std::runtime_error("no certificate");
  return made;
}

}  // namespace

backend::backend(script manners, const authority::files* tls)
    : script_(std::move(manners)), listening_(listen_on_loopback(port_)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's writes raise it
  if (tls) context_ = context_of(*tls);
  accepting_ = std::thread([this] { serve(); });
}

backend::~backend() {
  is_over_ = true;
  go_on();
  accepting_.join();
  for (auto& one : threads_) one.join();
  ::close(listening_);
}

void backend::serve() {
  while (!is_over_) {
    if (!is_readable(listening_, look_ms)) continue;
    const int descriptor = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    const int number = ++connections_;
    most_open_ = std::max(most_open_.load(), ++open_);
    threads_.emplace_back([this, descriptor, number] { attend(descriptor, number); });
  }
}

void backend::attend(int descriptor, int number) {
  peer one(*this, descriptor, number);
  bool is_good = true;
  if (context_) {
    one.tls_.reset(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(one.tls_.get(), descriptor);
    is_good = SSL_accept(one.tls_.get()) == 1;
  }
  if (is_good) script_(one);
  if (context_ && is_good) SSL_shutdown(one.tls_.get());
  --open_;
  ::close(descriptor);
}

std::string backend::last_request() const {
  const std::lock_guard hold(mutex_);
  return last_request_;
}

void backend::pass() {
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [this] { return may_pass_ || is_over_; });
}

void backend::go_on() {
  const std::lock_guard hold(mutex_);
  may_pass_ = true;
  changed_.notify_all();
}

long backend::peer::read(char* into, std::size_t bytes) {
  while (!of_.is_over_) {
    if (!(tls_ && SSL_pending(tls_.get()) > 0) && !is_readable(descriptor_, look_ms)) continue;
    return tls_ ? SSL_read(tls_.get(), into, static_cast<int>(bytes)) : ::recv(descriptor_, into, bytes, 0);
  }
  return 0;
}

std::optional<std::string> backend::peer::request() {
  char bytes[65536];
  for (;;) {
    const auto end = unread_.find("\r\n\r\n");
    const auto length = unread_.find("Content-Length: ");
    if (end != std::string::npos && length < end) {
      const auto size = end + 4 + std::stoul(unread_.substr(length + 16));
      if (unread_.size() >= size) {
        auto whole = unread_.substr(0, size);
        unread_.erase(0, size);
        const std::lock_guard hold(of_.mutex_);
        of_.last_request_ = whole;
        ++of_.requests_;
        return whole;
      }
    }
    const auto count = read(bytes, sizeof bytes);
    if (count <= 0) return std::nullopt;
    unread_.append(bytes, static_cast<std::size_t>(count));
  }
}

bool backend::peer::send(std::string_view bytes) {
  if (of_.is_over_) return false;
  if (bytes.empty()) return true;
  if (tls_) return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
}

void backend::peer::answer_all(std::string_view bytes) {
  while (request() && send(bytes)) {
  }
}

void backend::peer::await_end() {
  char bytes[4096];
  while (read(bytes, sizeof bytes) > 0) {
  }
}

}  // namespace longpolld::test
