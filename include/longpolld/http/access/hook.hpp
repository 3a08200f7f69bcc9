#pragma once

#include "longpolld/http/access/hook_inquiry.hpp"
#include "longpolld/http/access/hook_settings.hpp"
#include "longpolld/parts/tally.hpp"

#include <boost/intrusive/list.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace longpolld {

/// Somebody who asked and waits.
class hook_waiter {
 public:
  virtual ~hook_waiter() = default;
  /// False once the client has left: nobody is asked for it any more, and it is not told. Thread: any.
  [[nodiscard]] virtual bool is_awaited() const = 0;
  /// At most once; then it is destroyed.
  virtual void told(const hook_verdict& what) = 0;
};

/// What a site's backend lets its users do, by their credentials: answers are kept, and equal questions that
/// are under way are one. Plain code: it asks by a function that it is given. It fails closed, and logs when
/// the backend ceases to answer and when it answers again. Thread: one; time is an argument.
class hook {
 public:
  /// Has a question asked; may answer it at once.
  using asker = std::function<void(std::shared_ptr<hook_inquiry>)>;
  /// Hears of each question that was answered 401, once, whether anybody still waits or not.
  using listener = std::function<void(const hook_question&, steady_time)>;

  /// What became of those who asked. Any thread may read them.
  struct tallies {
    tally asked, joined, known;  ///< asked of the backend; the same as one under way; answered already
  };

  /// `counts` outlives it.
  hook(const hook_settings& settings, asker asks, listener unauthorized, tallies& counts);
  /// Inquiries under way go on without it, and tell those who wait.
  ~hook();
  hook(const hook&) = delete;
  hook& operator=(const hook&) = delete;

  /// What was answered a short while ago, or null: then ask(). Valid until the next call.
  [[nodiscard]] const hook_verdict* known(const hook_question& about, steady_time now);

  /// Has `by` told, at once when the answer is known. A verdict that is unavailable counts for `back_off`
  /// only, one that was not asked for not at all; others as long as the backend says by Cache-Control, or
  /// `cache`. Where it may not be kept, those who wait by then are told all the same.
  void ask(hook_question about, std::unique_ptr<hook_waiter> by, steady_time now);

  /// Answers that are kept, and questions under way.
  [[nodiscard]] std::size_t kept() const { return kept_.size(); }
  [[nodiscard]] std::size_t under_way() const { return entries_.size() - kept_.size(); }

 private:
  class inquiry;
  /// One is under way, or an answer is kept.
  struct entry : boost::intrusive::list_base_hook<> {
    const sha256_digest* key = nullptr;
    inquiry* asking = nullptr;
    hook_verdict verdict{};
    steady_time until{};
  };

  entry& make_entry(const sha256_digest& key);
  void forget(entry& one);
  void finished(const hook_question& about, const hook_answer& what, steady_time now);
  [[nodiscard]] std::chrono::seconds lasts(const hook_answer& what) const;
  void dropped(const hook_question& about);
  void note(const hook_answer& what, steady_time now);

  const hook_settings settings_;
  const asker asks_;
  const listener unauthorized_;
  tallies& tallies_;
  std::map<sha256_digest, entry> entries_;  // ordered: nobody can choose keys that make it slow
  boost::intrusive::list<entry> kept_;      // those not asked for the longest first
  bool is_said_down_ = false;
  steady_time quiet_until_{}, crowd_quiet_until_{};
};

}  // namespace longpolld
