#pragma once

#include "longpolld/http/read/request.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstdint>

namespace longpolld {

class connection;
struct hook_said;

/// A request that is answered later: by other shards, a store, another server. Its connection waits for it as
/// it does for a parked poll: requests behind it keep their turn. It is answered exactly once: by answer(),
/// by the connection's deadline (503), or, when this is destroyed unanswered, with 503 at once. When the
/// client left meanwhile, the answer goes nowhere. Thread: that of the connection's shard, also for
/// destroying it, unless nothing is left to answer.
class pending_reply {
 public:
  pending_reply(connection& of, std::uint32_t request);
  pending_reply(pending_reply&& other) noexcept;
  pending_reply& operator=(pending_reply&&) = delete;
  ~pending_reply();

  /// Precondition: it was not answered before.
  void answer(const reply& with);
  /// Has it answered anew, as it came, now that the site's backend has said this, or that what it asks for
  /// was fetched. Precondition: as for answer().
  void resume(const request& asked, std::string_view body, const hook_said* said, std::uint8_t fetches = 0);
  /// Whether the client still waits.
  [[nodiscard]] bool is_awaited() const;
  /// Whether its connection has ended. Precondition: it was not answered. Thread: any.
  [[nodiscard]] bool has_left() const;

 private:
  boost::intrusive_ptr<connection> of_;  // keeps the object, not the socket
  std::uint32_t request_;
};

}  // namespace longpolld
