#pragma once

#include "longpolld/http/shard_line.hpp"

#include <boost/intrusive/list.hpp>

namespace longpolld {

struct held_request_tag;

class request_backlog;

/// Bytes held of a request that is not whole or waits for its turn.
struct held_request
    : boost::intrusive::list_base_hook<boost::intrusive::tag<held_request_tag>,
                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  held_request() = default;
  virtual ~held_request();
  held_request(const held_request&) = delete;
  held_request& operator=(const held_request&) = delete;

  /// There is no room for it: refuses the request, and ends this with it.
  virtual void refuse() = 0;

  steady_time held_since;
  request_backlog* in = nullptr;  ///< which counts it
};

/// The requests of one shard that have bytes held, those first that have been there the longest: who fills
/// the room and waits makes room for whoever comes, and to push out one that is under way takes as many bytes
/// as there is room for, in the time it takes. One thread, but for since().
class request_backlog final : public shard_line {
 public:
  using shard_line::shard_line;

  /// Something is held, as it may have been before; until it is removed or destroyed.
  void add(held_request& one, steady_time now);
  /// Nothing is held of `one` any more, or of another request than before.
  void remove(held_request& one) noexcept;

 private:
  void end_first(bool must) override;
  [[nodiscard]] std::size_t count() const override { return line_.empty() ? 0 : 1; }
  void note_first() noexcept;

  boost::intrusive::list<held_request,
                         boost::intrusive::base_hook<boost::intrusive::list_base_hook<
                             boost::intrusive::tag<held_request_tag>,
                             boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>,
                         boost::intrusive::constant_time_size<false>>
      line_;
};

}  // namespace longpolld
