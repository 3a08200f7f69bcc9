#pragma once

#include "longpolld/thread/io/doorbell.hpp"
#include "longpolld/thread/store/redis_desk.hpp"
#include "longpolld/thread/store/redis_tail.hpp"
#include "longpolld/thread/store/store.hpp"
#include "longpolld/thread/store/unstored.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace longpolld {

/// One history of several nodes, kept in Redis, which decides its order; each node is a replica of what it
/// was asked for. One thread talks to Redis, over two connections: one for calls, one that follows the log.
/// It waits for nobody, and the lock of the history is held for look-ups only.
///
/// Published is what Redis has stored and this node has applied. Whoever cannot be answered within
/// redis_timeout_seconds gets 503, which says whether the events may be stored.
class redis_store final : public store, redis_tail::user {
 public:
  /// `limits` has a redis_url that can be read. Throws where memory or the system fails.
  redis_store(const config& limits, event_log& log, bring back);
  ~redis_store() override;

  [[nodiscard]] bool is_immediate() const override { return false; }
  [[nodiscard]] std::string_view trouble() const override;
  void start(std::function<void(const load_progress&)> tell) override;
  void stop() override;
  [[nodiscard]] std::size_t waiting() const override { return queued_.events(); }

 private:
  /// A publish on its way.
  struct publish {
    std::unique_ptr<submission> one;  // null: it was answered already
    std::uint64_t number = 0;         // in the order in which they came
    steady_time until;
    steady_time sent{};
    std::size_t events = 0, bytes = 0;
    std::uint64_t history = 0;  // the key of that which it was sent to
    std::uint64_t n = 0;        // it is in the log by then
    std::optional<event_ids> ids;
  };
  using publish_ptr = std::shared_ptr<publish>;
  /// What a poll waits for, or whoever purges.
  struct question {
    std::unique_ptr<submission> one;  // null: it was answered already
    steady_time until;
    std::size_t parts = 0;  // that are still to come
  };
  using question_ptr = std::shared_ptr<question>;
  /// A category that is being loaded.
  struct loading {
    redis_category what;
    std::vector<redis_entry> meanwhile;  // what came while it was loaded
    std::vector<question_ptr> askers;
    std::uint64_t number = 0;  // of the attempt
    bool is_under_way = false;
  };

  // -- any thread

  void accept(std::unique_ptr<submission> one, const moment& now) override;
  void fetch(std::unique_ptr<submission> one, const moment& now) override;
  void purge(std::unique_ptr<submission> one, const moment& now) override;

  // -- its own thread's, all that follows

  void run();
  void turn();
  void take();
  void tick();
  void look_at_state();
  void adopted(const redis_tail::state& what) override;
  void came(std::vector<redis_entry>&& entries) override;
  void follows() override;
  void strayed(const std::string& why) override;
  void desk_changed(const std::string* why);
  void say_lost(const std::string& why);
  [[nodiscard]] bool is_usable() const { return desk_->is_open() && is_following_; }

  void publish_some();
  void send(const publish_ptr& one);
  void taken_back(const publish& one);
  void doubt();
  void published(const publish_ptr& one, const redis_desk::answer& told);
  void refused(publish& one, const redis_desk::answer& told);
  void await_replicas();
  void awaited(const redis_desk::answer& told);
  void acknowledge();
  void give_room(std::size_t events, std::size_t bytes);
  void fail(publish& one, const char* why, bool maybe_stored);
  void expire(std::deque<publish_ptr>& all, steady_time now, bool maybe_stored);

  void purge_some();
  void purged(const question_ptr& of, const redis_desk::answer& told);
  void note_behind(std::uint64_t known) noexcept;
  void ask();
  void ask_time(bool promises = true);
  void told_time(const redis_desk::answer& told, bool promises);
  void keep_promises();
  void load(const std::string& name);
  void load_on(loading& one);
  void load_more(loading& one);
  void loaded(const std::string& name, std::uint64_t number, const redis_desk::answer& told);
  void fill(loading& one);
  void answer_part(const question_ptr& of);
  void load_awaited();
  void apply(const std::vector<redis_entry>& entries, steady_time now);
  void after(history::publication& done);

  const config& limits_;
  const redis_link::settings link_;
  const redis_keys keys_;
  const std::string limits_text_;
  const std::size_t at_once_;
  const std::chrono::milliseconds patience_, keep_;

  std::mutex mutex_;
  submissions queue_, asked_;  // from shards
  unstored queued_{limits_, "Redis"};
  bool is_stopping_ = false;

  boost::asio::io_context context_{1};
  readiness watching_;
  doorbell bell_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<redis_desk> desk_;
  std::unique_ptr<redis_tail> tail_;
  std::thread thread_;

  submissions came_, came_asked_;
  std::uint64_t came_number_ = 0;
  bool is_following_ = false;
  bool is_well_ = true;  // what the last call for the time has shown
  bool was_ready_ = false;
  bool has_said_ = false;
  std::string key_text_;
  std::uint64_t key_ = 0;
  position base_;
  std::uint64_t applied_ = 0, known_ = 0;  // entries of the log

  std::deque<publish_ptr> waiting_, under_way_, unreplicated_, stored_;
  std::size_t events_under_way_ = 0, bytes_under_way_ = 0;

  std::vector<question_ptr> questions_;                         // all of them
  std::vector<question_ptr> new_questions_, timed_;             // that wait for the next time, for this one
  std::vector<question_ptr> purges_;                            // that are yet to be sent
  std::deque<std::pair<std::uint64_t, question_ptr>> until_n_;  // that wait for an entry of the log
  std::deque<std::pair<std::uint64_t, unix_ms>> promises_;      // that hold once that entry is applied
  std::map<std::string, loading, std::less<>> loads_;
  std::uint64_t load_number_ = 0;
  int idle_turns_ = 0;
  bool is_asking_time_ = false;
  bool is_awaiting_replicas_ = false;
  bool awaits_loads_ = false;
  steady_time time_at_{}, awaited_at_{}, stop_at_{};
  std::size_t skipped_ = 0;
};

}  // namespace longpolld
