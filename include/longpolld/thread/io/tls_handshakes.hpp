#pragma once

#include "longpolld/parts/tally.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <functional>

namespace longpolld {

/// The TLS handshakes of one shard that have a step to do. A step costs as much as hundreds of wakes, so few
/// are done in a turn, first come, first served: a flood of handshakes waits here, and polls are woken in
/// between. Thread: the shard's.
class tls_handshakes {
 public:
  using hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  /// Leaves the line when it is destroyed.
  class waiting : public hook {
   public:
    /// It is its turn. May destroy this.
    virtual void step() = 0;

   protected:
    ~waiting() = default;
  };

  /// A step takes 0.1 to 1 ms, 5 ms where the key is RSA of 4096 bits.
  static constexpr std::size_t steps_per_turn = 4;

  /// `ask`: has go_on() called soon, in a turn of its own.
  explicit tls_handshakes(std::function<void()> ask) : ask_(std::move(ask)) {}

  /// Any thread may read them.
  struct tallies {
    tally done, failed;
  };
  tallies counted;

  /// Idempotent while `one` waits.
  void add(waiting& one);
  /// Does a turn's share; the rest has another turn.
  void go_on();

 private:
  void ask_once();

  const std::function<void()> ask_;
  boost::intrusive::list<waiting, boost::intrusive::base_hook<hook>,
                         boost::intrusive::constant_time_size<false>>
      line_;
  bool is_asked_ = false;
};

}  // namespace longpolld
