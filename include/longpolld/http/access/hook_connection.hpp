#pragma once

#include "longpolld/http/access/hook_client.hpp"
#include "longpolld/http/access/hook_reply.hpp"
#include "longpolld/thread/io/readiness.hpp"
#include "longpolld/thread/io/tcp_socket.hpp"
#include "longpolld/thread/io/tls_client.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longpolld {

/// A connection to a backend: one question at a time, and kept for the next one when the reply says so and
/// nothing came behind it. A socket that never blocks, watched by the shard's readiness.
/// Thread: the shard's.
class hook_connection final : public watcher,
                              public timed,
                              public std::enable_shared_from_this<hook_connection> {
 public:
  explicit hook_connection(hook_client& of) : client_(of) {}
  ~hook_connection() { close_socket(); }
  hook_connection(const hook_connection&) = delete;
  hook_connection& operator=(const hook_connection&) = delete;

  /// Connects and asks. Precondition: it is new.
  void begin(std::unique_ptr<hook_call> call);
  /// Asks over the connection that was kept. False, and the call is left, when it cannot be used any more:
  /// something came that nobody asked for, or its end; it is closed then. Precondition: it is idle.
  [[nodiscard]] bool take(std::unique_ptr<hook_call>& call);
  [[nodiscard]] bool is_idle() const { return stage_ == stage::idle; }
  /// Ends its question with this answer. Precondition: it has one.
  void give_up(const hook_answer& answer);
  /// Closes, and drops its question if it has one.
  void drop();

  void ready(ready_for what) override;
  /// It was idle for too long.
  void expired() override;

 private:
  enum class stage : unsigned char { connecting, shaking_hands, asking, idle, closed };

  template <class Action>
  void guarded(Action action);
  void render();
  void connect();
  [[nodiscard]] int open(const hook_addresses::endpoint& to);
  [[nodiscard]] bool has_another(int failed);
  void connected(int failed);
  void secured();
  void shake_hands();
  void go_on();
  [[nodiscard]] bool read_reply();
  void whole(std::string_view left_over);
  void lost(const std::string& why);
  [[nodiscard]] bool is_quiet();
  [[nodiscard]] tcp_socket::moved read(std::span<char> into);
  [[nodiscard]] tcp_socket::moved write(std::string_view bytes);
  void close();
  void close_socket();

  hook_client& client_;
  stage stage_ = stage::connecting;
  std::unique_ptr<hook_call> call_;
  std::vector<hook_addresses::endpoint> addresses_;  // to be tried, the next one last
  std::optional<tcp_socket> socket_;
  std::unique_ptr<tls_client> tls_;
  bool is_kept_ = false;  // it has answered before
  std::string question_;
  std::string_view unsent_;
  std::optional<hook_reply_reader> reply_;
};

}  // namespace longpolld
