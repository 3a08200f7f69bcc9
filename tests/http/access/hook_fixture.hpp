#pragma once

#include "longpolld/http/access/hook_client.hpp"
#include "longpolld/http/access/hook_inquiry.hpp"
#include "longpolld/thread/shard_pool.hpp"

#include "support/backend.hpp"
#include "support/canned_server.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <string>

namespace longpolld::test {

using hook_kind = hook_verdict::kind;

/// A client on a shard of its own, which asks a backend.
class asking {
 public:
  explicit asking(const std::string& url) { settings.url = *http_url::parse(url); }
  explicit asking(const backend& of)
      : asking("http://127.0.0.1:" + std::to_string(of.port()) + "/auth?x=1") {}
  ~asking() {
    on_shard([&] { client_.reset(); });
    pool_.stop();
  }

  /// To be changed before the first question.
  hook_settings settings;

  /// Runs it on the shard, and waits for it.
  template <class Action>
  void on_shard(Action action) {
    std::promise<void> done;
    pool_[0].post([&] {
      action();
      done.set_value();
    });
    done.get_future().wait();
  }
  [[nodiscard]] std::future<hook_answer> begin(hook_question about = question()) {
    std::future<hook_answer> made;
    on_shard([&] { made = begin_here(std::move(about)); });
    return made;
  }
  /// The same on the shard already.
  [[nodiscard]] std::future<hook_answer> begin_here(hook_question about = question()) {
    auto one = std::make_shared<inquiry>(std::move(about), is_wanted);
    auto made = one->result.get_future();
    if (!client_)
      client_ = std::make_unique<hook_client>(settings, hook_client::trust_of(settings), pool_[0]);
    client_->ask(std::move(one));
    return made;
  }
  [[nodiscard]] hook_answer ask(hook_question about = question()) { return begin(std::move(about)).get(); }
  [[nodiscard]] hook_kind kind() { return ask().verdict.what; }
  /// Why there is no answer.
  [[nodiscard]] std::string why() {
    const auto made = ask();
    return made.verdict.what == hook_kind::unavailable ? made.why : "it was answered";
  }
  [[nodiscard]] std::size_t connections() {
    std::size_t count = 0;
    on_shard([&] { count = client_->connections(); });
    return count;
  }
  [[nodiscard]] std::size_t waiting() {
    std::size_t count = 0;
    on_shard([&] { count = client_->waiting(); });
    return count;
  }
  void end() {
    on_shard([&] { client_.reset(); });
  }

  static hook_question question() {
    return {right::subscribe, {"a"}, {{"Cookie", "sid=1"}, {"Authorization", "Bearer x"}}, "203.0.113.9"};
  }

  std::atomic<bool> is_wanted{true};

 private:
  /// A promise that is broken when the question is dropped.
  struct inquiry : hook_inquiry {
    inquiry(hook_question what, std::atomic<bool>& wanted) : what_(std::move(what)), wanted_(wanted) {}
    const hook_question& about() const override { return what_; }
    bool is_wanted() const override { return wanted_; }
    void answer(const hook_answer& what, steady_time) noexcept override { result.set_value(what); }
    std::promise<hook_answer> result;
    hook_question what_;
    std::atomic<bool>& wanted_;
  };

  config limits_ = [] {
    config of;
    of.threads = 1;
    return of;
  }();
  shard_pool pool_{limits_, [](config::limit) {}};
  std::unique_ptr<hook_client> client_;
  bool is_started_ = (pool_.start([](const std::exception& failed) { FAIL(failed.what()); }), true);
};

inline const std::string yes = canned(200, "{}");

}  // namespace longpolld::test
