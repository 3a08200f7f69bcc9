#pragma once

#include "support/certificates.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace longpolld::test {

/// A web server whose manners are a test's: `script` is called for each connection, on a thread of its own,
/// and the connection ends with it.
class backend {
 public:
  class peer {
   public:
    peer(backend& of, int descriptor, int count) : number(count), of_(of), descriptor_(descriptor) {}
    /// The next request, whole; nothing once the connection has ended.
    std::optional<std::string> request();
    /// False once nobody takes it.
    bool send(std::string_view bytes);
    /// Answers each request with these bytes.
    void answer_all(std::string_view bytes);
    /// Until the other end closes, or the test is over.
    void await_end();

    const int number;  ///< of the connection: 1, 2, 3 …

   private:
    friend backend;
    long read(char* into, std::size_t bytes);

    backend& of_;
    int descriptor_;
    std::shared_ptr<ssl_st> tls_;
    std::string unread_;
  };
  using script = std::function<void(peer&)>;

  /// `tls`: speaks TLS with this certificate.
  explicit backend(script manners, const authority::files* tls = nullptr);
  ~backend();
  backend(const backend&) = delete;
  backend& operator=(const backend&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// So many have come; those open now; the most that were open at once.
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] int open() const { return open_; }
  [[nodiscard]] int most_open() const { return most_open_; }
  [[nodiscard]] int requests() const { return requests_; }
  /// The last request.
  [[nodiscard]] std::string last_request() const;

  /// Holds up whoever calls pass() until go_on().
  void pass();
  void go_on();

 private:
  void serve();
  void attend(int descriptor, int number);

  const script script_;
  std::shared_ptr<ssl_ctx_st> context_;
  std::uint16_t port_ = 0;
  int listening_;
  std::atomic<int> connections_{0}, open_{0}, most_open_{0}, requests_{0};
  std::atomic<bool> is_over_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool may_pass_ = false;
  std::string last_request_;
  std::list<std::thread> threads_;  // of the connections, for the one that accepts
  std::thread accepting_;
};

}  // namespace longpolld::test
