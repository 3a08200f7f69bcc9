#pragma once

#include "longpolld/thread/store/redis_entry.hpp"
#include "longpolld/thread/store/redis_link.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace longpolld {

/// Names of what is kept in Redis.
struct redis_keys {
  explicit redis_keys(const std::string& prefix)
      : meta(prefix + "{log}:meta"), log(prefix + "{log}:log"), begin(prefix + "{log}:") {}
  [[nodiscard]] std::string category(std::string_view name) const { return begin + "c:" + std::string(name); }
  [[nodiscard]] std::string repeat(std::string_view digest) const {
    return begin + "k:" + std::string(digest);
  }

  const std::string meta, log, begin;
};

/// Follows the log of a history in Redis, and finds out when that is another one, or was lost in part: then
/// it begins a new one, unless another node was faster. Thread: that of its link.
class redis_tail final : public redis_link::user {
 public:
  struct state {
    std::string key;
    std::uint64_t n = 0;  ///< entries of the log so far
    position base;        ///< where the history began
    unix_ms time = 0, promised = 0;
    std::string limits;  ///< of the node that began it
  };
  class user {
   public:
    /// The history as it is now: another one than before, or some of its entries were missed.
    virtual void adopted(const state& what) = 0;
    /// The next entries of the log, without a hole.
    virtual void came(std::vector<redis_entry>&& entries) = 0;
    /// It follows: to be called after adopted(), or alone when nothing was missed.
    virtual void follows() = 0;
    /// It does not follow any more.
    virtual void strayed(const std::string& why) = 0;

   protected:
    ~user() = default;
  };

  redis_tail(const redis_link::settings& of, const redis_keys& keys, std::string limits, std::size_t at_once,
             readiness& by, boost::asio::io_context& on, user& whom);

  /// Up to which entry all was handed to the user.
  [[nodiscard]] std::uint64_t n() const { return n_; }
  /// What is followed may be another history by now: has it looked at soon.
  void doubt() { is_in_doubt_ = true; }
  /// Some of what came was not taken.
  void miss() { is_in_doubt_ = has_lost_ = true; }
  /// Events may be stamped, or promises made, up to there.
  void saw(unix_ms time) { latest_ = std::max(latest_, time); }
  /// The log has had so many entries: with fewer it is another one.
  void saw_entries(std::uint64_t n) noexcept { seen_n_ = std::max(seen_n_, n); }
  void tick(steady_time now);
  [[nodiscard]] std::size_t skipped() const { return skipped_; }  ///< entries that no node has written

 private:
  enum class step : std::uint8_t { nothing, looking, beginning, reading };

  void connected() override;
  void answered(resp::value&& with) override;
  void ended(const std::string& why) override;
  void ask(step which, std::initializer_list<std::string_view> words);
  void look();
  void looked(const resp::value& at);
  void begin(const std::string& instead_of, std::uint64_t n);
  void read();
  void take(resp::value&& answer);
  void adopt(state&& what, const std::string& id);
  [[nodiscard]] bool is_same(const state& what, const std::string& first, const resp::value& mine) const;

  redis_link link_;
  const redis_keys& keys_;
  const std::string limits_, at_once_;
  user& whom_;
  step step_ = step::nothing;
  std::string key_;  // of the history that is followed; empty before the first
  std::uint64_t n_ = 0;
  std::uint64_t seen_n_ = 0, least_n_ = 0;  // that were seen; of these, before it was looked at
  std::string id_;                          // of the last entry
  resp::value content_;                     // of that entry, if it was read
  unix_ms latest_ = 0;
  bool is_in_log_ = false;  // the last entry
  bool has_lost_ = false;   // entries were missed
  bool is_in_doubt_ = false;
  std::size_t skipped_ = 0;
};

}  // namespace longpolld
