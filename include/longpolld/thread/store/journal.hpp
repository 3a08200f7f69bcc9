#pragma once

#include "longpolld/thread/store/journal_books.hpp"
#include "longpolld/thread/store/store.hpp"
#include "longpolld/thread/store/unstored.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace longpolld {

/// A history that outlives the process, in one file. One thread writes it: it takes all that was submitted
/// meanwhile into one transaction. Stamped, committed, visible, answered, in this order: what was delivered
/// is on the disk, or a crash would give its id to another event. The lock of the history is never held while
/// anything is read or written.
///
/// A submission that cannot be stored is answered 503, reading goes on, and the next one is tried again. When
/// the system could not bring to the disk what was written, nobody knows what is there: the process ends at
/// once, with code 74.
class journal final : public store {
 public:
  /// Opens the file, or makes it for a history that begins now with this key. Throws a journal_fault.
  journal(const config& limits, event_log& log, bring back, std::uint64_t key, const moment& now);
  ~journal() override;

  [[nodiscard]] bool is_immediate() const override { return false; }
  [[nodiscard]] std::string_view trouble() const override;
  void start(std::function<void(const load_progress&)> tell) override;
  void go_on() noexcept override;
  void stop() override;
  [[nodiscard]] std::size_t waiting() const override { return queued_.events(); }

 private:
  /// How old a promise may get, and what was taken remain unwritten, while nothing is published.
  static constexpr std::chrono::milliseconds house_pause{250};

  void accept(std::unique_ptr<submission> one, const moment& now) override;
  void purge(std::unique_ptr<submission> one, const moment& now) override;
  void enqueue(std::unique_ptr<submission> one);
  void write_on();
  void load();
  [[nodiscard]] std::size_t take(submissions& into);
  void commit(submissions& group);
  void commit_purge(std::unique_ptr<submission> one);
  void keep(submissions& group);
  void write(submissions& group);
  void write_removals();
  unix_ms write_progress(bool with_time);
  void show(submissions& group);
  void keep_fresh_damage();
  void keep_house();
  void write_in_between(bool wants_time);
  [[nodiscard]] bool is_sync_due();
  /// By reference, so that it takes no memory to try.
  template <class Step>
  bool trying(const Step& step) {
    return tried(std::cref(step));
  }
  bool tried(const std::function<void()>& step);
  void failed(const journal_fault& why);
  void went_well();

  const config& limits_;
  const bool syncs_each_;
  journal_file file_;
  journal_books books_;
  std::function<void(const load_progress&)> tell_;

  std::mutex mutex_;
  std::condition_variable came_;
  submissions queue_;
  unstored queued_{limits_, "the disk"};
  bool is_waiting_ = false;
  bool is_stopping_ = false;

  // The writer's alone.
  std::vector<history::removal> removals_;
  bool is_unsynced_ = false;
  steady_time synced_{};
  steady_time house_at_{}, tell_again_at_{};
  bool has_told_ = false;
  std::thread writer_;
};

}  // namespace longpolld
