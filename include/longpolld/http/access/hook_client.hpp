#pragma once

#include "longpolld/http/access/hook_addresses.hpp"
#include "longpolld/http/access/hook_inquiry.hpp"
#include "longpolld/http/access/hook_settings.hpp"
#include "longpolld/thread/io/tls_trust.hpp"
#include "longpolld/thread/shard.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace longpolld {

class hook_connection;
class hook_client;

/// A question that waits for a connection, or has one.
struct hook_call final : timed {
  hook_call(hook_client& client, std::shared_ptr<hook_inquiry> question);
  void expired() override;

  hook_client& of;
  const std::shared_ptr<hook_inquiry> what;
  hook_connection* at = nullptr;  ///< null: it waits
  bool is_retried = false;        ///< over a new connection, after a kept one was closed
};

/// Asks a site's backend: by HTTP/1.1, over connections that are kept, a bounded number; what they cannot
/// take waits, a bounded number too, and of each address: one cannot keep others' questions out. Each
/// question is answered within `timeout` of ask(), whatever the backend does, and nothing blocks. Thread: the
/// shard's.
class hook_client {
 public:
  /// Whom https trusts; nothing for http. Throws std::runtime_error where `ca_file` cannot be read. Thread:
  /// any.
  [[nodiscard]] static std::optional<tls_trust> trust_of(const hook_settings& settings);

  /// Precondition: the settings have no fault, and `trust` is theirs. `home` has to outlive it.
  hook_client(const hook_settings& settings, std::optional<tls_trust> trust, shard& home);
  /// Drops the questions under way; where they are to be answered, it is kept until its `timeout` is over.
  /// Not to be called by whoever is told an answer.
  ~hook_client();
  hook_client(const hook_client&) = delete;
  hook_client& operator=(const hook_client&) = delete;

  /// What hook asks by. It may be answered before this returns.
  void ask(std::shared_ptr<hook_inquiry> what);
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  // What a connection tells.
  /// This call has its answer; a connection may be free.
  void finished(std::unique_ptr<hook_call> call, const hook_answer& answer);
  /// It has to be asked over a new connection.
  void retry(std::unique_ptr<hook_call> call);
  /// It is closed, and is let go of.
  void closed(hook_connection& one);
  /// Time is over.
  void expired(hook_call& call);

  [[nodiscard]] shard& home() { return home_; }
  [[nodiscard]] const hook_settings& settings() const { return settings_; }
  [[nodiscard]] hook_addresses& addresses() { return addresses_; }
  /// Precondition: the URL is one of https.
  [[nodiscard]] const tls_trust& trust() const { return *trust_; }

 private:
  void serve();
  bool serve_one();
  using calls = std::list<std::unique_ptr<hook_call>>;
  void put_waiting(calls::iterator before, std::unique_ptr<hook_call> call);
  std::unique_ptr<hook_call> take_waiting(calls::iterator at);
  bool start(std::unique_ptr<hook_call>& call);
  void connect(std::unique_ptr<hook_call> call);

  const hook_settings settings_;
  shard& home_;
  const std::optional<tls_trust> trust_;
  hook_addresses addresses_;
  std::vector<std::shared_ptr<hook_connection>> connections_;
  calls waiting_;
  std::size_t waiting_bytes_ = 0;
  std::map<client_key, std::size_t> waiting_of_;  // how many each address has
  bool is_serving_ = false;
  bool is_over_ = false;
};

}  // namespace longpolld
