#pragma once

#include "longpolld/thread/io/handler_memory.hpp"
#include "longpolld/thread/shard_pool.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace longpolld {

/// Asks every shard without blocking any thread: `tell(shard)` runs on each shard's thread, then
/// `done(parts)` once on the asker's, with what each told in the order of the shards. `done` is called and
/// destroyed on the asker's thread only, or after all threads have ended. Thread: the asker's. Throws when
/// there is no memory to ask; `done` is not called then.
template <class Tell, class Done>
void gather(shard_pool& from, boost::asio::io_context& asker, Tell tell, Done done) {
  using part = std::invoke_result_t<Tell, shard&>;
  static_assert(std::is_nothrow_invocable_v<Tell, shard&> && std::is_trivially_copyable_v<part>);
  struct question {
    question(std::size_t shards, Tell how, Done then)
        : parts(shards), unanswered(shards), ask(std::move(how)), answer(std::move(then)) {}
    std::vector<part> parts;
    std::atomic<std::size_t> unanswered;
    Tell ask;
    std::optional<Done> answer;
    handler_memory memory;  // so that whoever is last can always say so
  };
  const auto all = std::make_shared<question>(from.size(), std::move(tell), std::move(done));
  try {
    from.post_to_all([all, &from, &asker](std::size_t index) {
      all->parts[index] = all->ask(from[index]);
      if (all->unanswered.fetch_sub(1) > 1) return;
      boost::asio::post(asker, boost::asio::bind_allocator(all->memory.get(), [all] {
                          auto answer = std::move(*all->answer);
                          all->answer.reset();  // others may still hold the question
                          answer(all->parts);
                        }));
    });
  } catch (...) {
    all->answer.reset();
    throw;
  }
}

}  // namespace longpolld
