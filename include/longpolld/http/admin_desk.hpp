#pragma once

#include "longpolld/http/metrics.hpp"
#include "longpolld/http/pending_reply.hpp"
#include "longpolld/http/reload_result.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace longpolld {

/// Answers what an operator asks on the main thread, which serves nobody, so that it holds up nobody. Each
/// question has a ticket, under which its pending reply waits on the shard that has its connection.
class admin_desk {
 public:
  using reloaded = std::function<void(const reload_result&)>;
  /// Reads the configuration again; tells once every shard follows, or at once when it does not hold.
  using reloading = std::function<void(reloaded)>;

  /// `main` is that thread's; `reload` is called there.
  admin_desk(boost::asio::io_context& main, const metric_sources& from, reloading reload);
  admin_desk(const admin_desk&) = delete;
  admin_desk& operator=(const admin_desk&) = delete;

  /// How long a question may take: the main thread is busy for milliseconds at most, and a shard that stands
  /// still serves nobody either.
  static constexpr std::chrono::seconds patience{10};

  /// Where a question's answer goes. Thread: any.
  class ticket {
   public:
    ticket(admin_desk& desk, std::size_t shard, std::uint64_t number)
        : desk_(&desk), shard_(shard), number_(number) {}
    /// To be called once.
    void answer(reply with) const;

   private:
    admin_desk* desk_;
    std::size_t shard_;
    std::uint64_t number_;
  };
  using work = std::function<void(const ticket&)>;

  /// Has `what` called on the main thread; `later` is answered by its ticket. What throws is answered 503.
  /// Throws std::bad_alloc. Thread: the shard's that has the connection.
  void ask(shard& from, pending_reply later, work what);
  /// Has `step` called on the main thread in a moment: long enough for whoever waits for the log's lock to
  /// get it, which nobody gets from who lets go of it and takes it again at once. Thread: the main one.
  void go_on_later(std::function<void()> step);

  // -- on the main thread

  [[nodiscard]] const metric_sources& sources() const { return from_; }
  void reload(reloaded done) const { reload_(std::move(done)); }

 private:
  struct waiting {
    std::uint64_t last = 0;
    std::map<std::uint64_t, pending_reply> by_number;
  };
  boost::asio::io_context& main_;
  const metric_sources from_;
  const reloading reload_;
  std::vector<waiting> waiting_;  // each is its shard's alone
};

}  // namespace longpolld
