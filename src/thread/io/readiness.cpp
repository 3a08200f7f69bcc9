#include "longpolld/thread/io/readiness.hpp"

#include "longpolld/parts/fetch_ahead.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <exception>

namespace longpolld {
readiness::readiness(boost::asio::io_context& context, std::function<void()> begin, std::function<void()> end)
    : poller_(context), begin_(std::move(begin)), end_(std::move(end)) {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) throw boost::system::system_error(errno, boost::system::system_category(), "epoll_create1");
  poller_.assign(made);
  wait();
}

void readiness::add(int descriptor, watcher& by) {
  epoll_event watch{};
  watch.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  watch.data.ptr = &by;
  if (::epoll_ctl(poller_.native_handle(), EPOLL_CTL_ADD, descriptor, &watch) == 0) return;
  throw boost::system::system_error(errno, boost::system::system_category(), "epoll_ctl");
}

void readiness::remove(const watcher& by) {
  for (std::size_t i = told_; i < known_; ++i) {
    if (batch_[i].data.ptr == &by) batch_[i].data.ptr = nullptr;
  }
}

void readiness::wait() {
  poller_.async_wait(
      decltype(poller_)::wait_read,
      boost::asio::bind_allocator(memory_.get(), [this](const boost::system::error_code& failed) {
        if (failed) return;
        try {
          tell();
        } catch (...) {
          wait();
          throw;
        }
        wait();
      }));
}

void readiness::tell() {
  const int count = ::epoll_wait(poller_.native_handle(), batch_.data(), static_cast<int>(batch_.size()), 0);
  if (count <= 0) return;
  known_ = static_cast<std::size_t>(count);
  // An edge is told of once, so that what one throws must not keep the others from theirs.
  std::exception_ptr thrown;
  const auto to_the_end = [&thrown](const auto& action) {
    try {
      action();
    } catch (...) {
      if (!thrown) thrown = std::current_exception();
    }
  };
  to_the_end(begin_);
  for (told_ = 0; told_ < known_;) {
    if (told_ + 1 < known_) fetch_ahead(batch_[told_ + 1].data.ptr);
    const auto& one = batch_[told_++];
    const auto events = one.events;
    constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if (!one.data.ptr) continue;
    to_the_end([&] {
      static_cast<watcher*>(one.data.ptr)
          ->ready({(events & EPOLLIN) != 0, (events & EPOLLOUT) != 0, (events & ends) != 0});
    });
  }
  known_ = told_ = 0;
  to_the_end(end_);
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace longpolld
