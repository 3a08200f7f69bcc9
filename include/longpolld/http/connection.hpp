#pragma once

#include "longpolld/heart/access_policy.hpp"
#include "longpolld/http/arrival.hpp"
#include "longpolld/http/http_shard.hpp"
#include "longpolld/http/http_tally.hpp"
#include "longpolld/http/pending_reply.hpp"
#include "longpolld/http/read/request_reader.hpp"
#include "longpolld/thread/io/tcp_socket.hpp"
#include "longpolld/thread/shard.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string_view>

namespace longpolld {

class connection;
using connection_ptr = boost::intrusive_ptr<connection>;
struct residents_tag;
using residents_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<residents_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One subscriber's or publisher's connection: reads requests, has them answered, writes replies in their
/// order. Between a request and its reply it may wait: for events, being itself the poll that is parked then,
/// or for a pending_reply. While it has no bytes in hand it owns no buffer: its shard tells it when there is
/// something to read and lends it one. It owns itself: start() takes a reference that close() gives back;
/// pending handlers and replies hold others. Thread: its shard's.
class connection final : public poll,
                         public timed,
                         public watcher,
                         public residents_hook,
                         public boost::intrusive_ref_counter<connection, boost::thread_unsafe_counter> {
 public:
  connection(http_shard& home, tcp_socket&& socket, const arrival& how);
  ~connection();

  void start();
  /// Something has become of the socket.
  void ready(ready_for what) override;
  /// The parked poll has ended with this reply.
  void wake(const body_ptr& body) override;
  /// What the connection was waiting for took too long.
  void expired() override;
  /// What holds has changed: its reply goes to an origin by another index, and a parked poll ends soon when
  /// it has to ask again. `is_distrusted`: certificates of others are asked for; what came over TLS ends with
  /// its next reply.
  void reconfigure(const reconfiguration& next, bool is_distrusted);
  /// Whether it ends with its next reply.
  [[nodiscard]] bool closes() const { return closes_; }
  /// Ends after what has come and what is under way; at once when nothing is.
  void drain();
  /// Ends now: a parked poll is unlinked, the socket closed. Idempotent. The connection may be gone
  /// afterwards, unless the caller holds it.
  void close() noexcept;

  /// Waits for a reply that is given later; `is_stored`: what was published may be stored meanwhile.
  /// Precondition: a request is being answered.
  [[nodiscard]] pending_reply wait(std::chrono::seconds at_most, bool is_stored = false);
  /// Notes by which rights its poll is parked, and how it ends when no event comes.
  void parked_by(rights_source source, poll_end without_event) {
    parked_by_ = source;
    without_event_ = without_event;
  }
  /// Whether this request, by its number, is the one that waits.
  [[nodiscard]] bool awaits(std::uint32_t request) const;
  /// Whether it has ended. Any thread.
  [[nodiscard]] bool is_gone() const { return is_gone_.load(std::memory_order_relaxed); }
  /// Answers the request that waits. Precondition: awaits().
  void answer_waiting(const reply& with);
  /// Says that nobody answers it; without memory for that the connection ends. Precondition: awaits().
  void drop_waiting() noexcept;
  /// Answers it anew. Precondition: awaits().
  void resume(const request& asked, std::string_view body, const hook_said* said, std::uint8_t fetches = 0);

 private:
  using stage = connection_stage;

  static constexpr std::uint8_t no_route = http_tally::routes_max;

  /// What is held while a request is incomplete, or another waits behind one that is being answered.
  struct incoming final : held_request {
    explicit incoming(connection& of) : of_(of) {}
    void refuse() override;

    connection& of_;
    unread_requests what;
    steady_time body_begun;
    gauge_share bytes;
  };
  /// What is left of a reply while its reader has not taken all of it.
  struct outgoing final : unread_reply {
    explicit outgoing(connection& of) : of_(of) {}
    bool look() override;
    void cut_off() override;

    connection& of_;
  };

  template <class Handler>
  void guarded(Handler handler);
  void failed(const std::exception& problem);

  void read_on();
  void end_when_answered();
  void read_later();
  void take(std::string_view bytes);
  void process(std::string_view bytes);
  void process_waiting();
  [[nodiscard]] bool step(request_reader& reader, incoming* held);
  [[nodiscard]] bool admit(request_reader& reader);
  void hold(std::unique_ptr<incoming> held, unread_requests what);
  void await_more(bool in_body);
  void make_room();

  void handle(const request& asked, std::string_view body, const hook_said* said = nullptr,
              std::uint8_t fetches = 0);
  void refuse(const error& why);
  void refuse_head(const error& why, std::string_view bytes);
  void refuse_for_memory();
  void leave_parking(poll_end how);
  [[nodiscard]] reply unanswered(std::string_view why) const;

  void answer(const reply& with, bool was_parked = false);
  void send(std::string_view bytes, const body_ptr& body);
  void write_on();
  void await_reader();
  bool look_at_reader();
  void sent();
  void linger();
  void enter(stage next);
  void set_stage(stage next) noexcept;
  [[nodiscard]] std::uint32_t now_us() const;
  void too_slow();
  void cut_off() noexcept;

  http_shard& home_;
  tcp_socket socket_;
  std::uint32_t requests_ = 0;          // answered so far: the number of the one that waits
  std::unique_ptr<incoming> incoming_;  // only while a request is incomplete, or another waits for its turn
  std::unique_ptr<outgoing> outgoing_;  // only while a reply is not taken whole
  const arrival how_;
  client_key parked_for_ = 0;            // while parked: whose poll it counts as
  std::uint32_t begun_or_lingered_ = 0;  // now_us() at the last head; while it lingers, bytes discarded since
  reply_form form_;
  rights_source parked_by_ = 0;
  std::uint8_t parked_seats_ = 0;  // while it counts as parked: on how many categories
  stage stage_ = stage::idle;
  std::uint8_t route_ = no_route;               // of the request that is being answered
  poll_end without_event_ = poll_end::timeout;  // how a parked poll ends then
  bool unread_ = false;                         // there may be something to read
  bool read_asked_ = false;                     // read_on() is posted
  bool ending_ = false;                         // the peer sends no more than what there is to read
  bool ended_ = false;                          // all of it was read
  bool processing_ = false;
  bool closes_ = false;     // with the next reply
  bool is_stored_ = false;  // what waits is a publish that a store has
  std::atomic<bool> is_gone_{false};
};

// What the README promises of a parked poll holds with this and what the hub keeps for one.
static_assert(sizeof(connection) <= 248);

/// An exception out of a handler, as for want of memory, is the end of this connection and of nothing else.
template <class Handler>
void connection::guarded(Handler handler) {
  try {
    handler();
  } catch (const std::exception& problem) {
    failed(problem);
  }
}

}  // namespace longpolld
