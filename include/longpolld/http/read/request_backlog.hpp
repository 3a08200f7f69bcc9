#pragma once

#include "longpolld/http/shard_line.hpp"

#include <boost/intrusive/list.hpp>

namespace longpolld {

struct held_request_tag;

/// Who has bytes held of a request that is not whole or waits for its turn.
struct held_request
    : boost::intrusive::list_base_hook<boost::intrusive::tag<held_request_tag>,
                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  steady_time held_since;
};

/// The requests of one shard that have bytes held, those first that have been there the longest: who fills
/// the room and waits makes room for whoever comes, and to push out one that is under way takes as many bytes
/// as there is room for, in the time it takes. One thread, but for since().
class request_backlog final : public shard_line {
 public:
  /// `refuse`: ends a request, which calls remove().
  request_backlog(byte_gauge& bytes, shard_lines& all, std::function<void()> ask,
                  std::function<void(held_request&)> refuse);

  /// Something is held of `one`, as it may have been before.
  void add(held_request& one, steady_time now);
  /// Nothing is held of `one` any more, or of another request than before.
  void remove(held_request& one) noexcept;

 private:
  void end_first(bool must) override;
  [[nodiscard]] std::size_t count() const override { return line_.empty() ? 0 : 1; }
  void note_first() noexcept;

  const std::function<void(held_request&)> refuse_;
  boost::intrusive::list<held_request,
                         boost::intrusive::base_hook<boost::intrusive::list_base_hook<
                             boost::intrusive::tag<held_request_tag>,
                             boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>,
                         boost::intrusive::constant_time_size<false>>
      line_;
};

}  // namespace longpolld
