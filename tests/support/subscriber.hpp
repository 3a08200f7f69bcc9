#pragma once

#include "support/client.hpp"
#include "support/trace.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace longpolld::test {

/// How a subscriber tells the server where it stands.
enum class cursor_style { cursor, since_and_last_id, since_only };

/// A subscriber that polls one category in a loop with timeouts of a second, as its style of client does, and
/// keeps what it saw. With `drops` it ends its connection at random instants and goes on with the cursor it
/// had: what it did not read was not delivered. A 503, and a server that is not there, is tried again.
class subscriber {
 public:
  subscriber(std::uint16_t port, std::string category, cursor_style style, bool drops, unsigned seed)
      : subscriber(std::vector{port}, std::move(category), style, drops, seed) {}
  /// The same of several nodes, another one at each request.
  subscriber(std::vector<std::uint16_t> ports, std::string category, cursor_style style, bool drops,
             unsigned seed);

  /// Polls until `published_all` is set and a timeout comes after that. Run on a thread of its own.
  void run(const std::atomic<bool>& published_all);

  [[nodiscard]] const std::vector<seen_reply>& replies() const { return replies_; }
  [[nodiscard]] std::string name() const;
  [[nodiscard]] const std::string& category() const { return category_; }

 private:
  [[nodiscard]] std::string target() const;
  std::optional<received> poll();
  bool take(const received& from);

  const std::vector<std::uint16_t> ports_;
  const std::string category_;
  const cursor_style style_;
  const bool drops_;
  std::mt19937 random_;
  std::vector<std::unique_ptr<client>> connections_;  // one a node
  std::size_t requests_ = 0;
  std::string cursor_;
  std::string last_id_;
  std::int64_t since_ = 0;
  std::vector<seen_reply> replies_;
};

}  // namespace longpolld::test
