#pragma once

#include "longpolld/parts/deadline_wheel.hpp"
#include "longpolld/parts/reply_body.hpp"
#include "longpolld/words/event.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace longpolld {

class poll;
struct hub_category;

/// A poll's place among those parked on one category.
struct seat : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  poll* owner = nullptr;
  hub_category* in = nullptr;
  position from;  ///< once the poll is due: where in the category it stood
};

struct due_tag;
using due_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<due_tag>,
                                                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A subscriber's request while it waits: nothing, parked, or due. A parked poll always stands at the end of
/// each of its categories, so it holds no cursor, no buffer and no timer. It is a base of what owns the
/// connection; the hub links it and never owns it. One thread.
class poll : public deadline, public due_hook {
 public:
  poll() = default;
  poll(const poll&) = delete;
  poll& operator=(const poll&) = delete;

  /// The poll has ended with this reply. It is linked nowhere any more and may be parked again.
  virtual void wake(const body_ptr& body) = 0;

  [[nodiscard]] bool is_parked() const { return seat_count_ != 0; }
  [[nodiscard]] bool is_due() const { return due_hook::is_linked(); }

 protected:
  ~poll() = default;

 private:
  friend class hub;

  seat first_;
  std::unique_ptr<seat[]> others_;  // of a poll on several categories, all but the first
  std::uint32_t gaps_ = 0;          // bit i: something after the cursor of category i is no longer kept
  std::uint8_t seat_count_ = 0;
  bool from_future_ = false;
  body_ptr body_;
};

}  // namespace longpolld
