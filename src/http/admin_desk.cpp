#include "longpolld/http/admin_desk.hpp"

#include "longpolld/words/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::microseconds moment_between{100};

}  // namespace

admin_desk::admin_desk(boost::asio::io_context& main, const metric_sources& from, reloading reload)
    : main_(main), from_(from), reload_(std::move(reload)), waiting_(from.pool.size()) {}

void admin_desk::ask(shard& from, pending_reply later, work what) {
  auto& mine = waiting_[from.index()];
  // Whoever has left, or was told by its deadline: an answer that found no memory never comes.
  std::erase_if(mine.by_number, [](const auto& one) { return !one.second.is_awaited(); });
  const ticket by(*this, from.index(), ++mine.last);
  const auto at = mine.by_number.emplace(mine.last, std::move(later)).first;
  try {
    boost::asio::post(main_, [by, what = std::move(what)] {
      try {
        what(by);
      } catch (const std::exception& failed) {
        log::error("what an operator asked for has failed", {{"what", std::string_view(failed.what())}});
        by.answer(reply::failure({503, "the server has no memory left for this request"}));
      }
    });
  } catch (const std::exception&) {
    mine.by_number.erase(at);
    throw;
  }
}

void admin_desk::go_on_later(std::function<void()> step) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(main_);
  timer->expires_after(moment_between);
  timer->async_wait([timer, step = std::move(step)](const boost::system::error_code& failed) {
    if (!failed) step();
  });
}

/// What finds no memory for that is answered by its connection's deadline.
void admin_desk::ticket::answer(reply with) const {
  auto& home = desk_->from_.pool[shard_];
  home.post([desk = desk_, shard = shard_, number = number_, with = std::move(with)] {
    auto& all = desk->waiting_[shard].by_number;
    const auto found = all.find(number);
    if (found == all.end()) return;
    auto later = std::move(found->second);
    all.erase(found);
    later.answer(with);
  });
}

}  // namespace longpolld
