#pragma once

#include "longpolld/http/http_shard.hpp"
#include "longpolld/http/read/chunked_body.hpp"
#include "longpolld/http/read/request.hpp"
#include "longpolld/http/read/request_guard.hpp"
#include "longpolld/thread/shard.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

class connection;
using connection_ptr = boost::intrusive_ptr<connection>;

/// One subscriber's or publisher's connection: reads requests, writes replies in their order, and is itself
/// the poll while one is parked. While it has no bytes in hand it owns no buffer: its shard tells it when
/// there is something to read and lends it one. It lives until close(), and while a handler of it is pending.
/// One thread.
class connection final : public poll,
                         public timed,
                         public watcher,
                         public residents_hook,
                         public held_request,
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
  /// Ends after what has come and what is under way; at once when nothing is.
  void drain();
  /// While a reply is under way: notes what its reader has taken by now, and whether that shows that it
  /// reads.
  bool look_at_reader();
  /// There is no room for what is held of its requests: they are refused.
  void make_room();
  /// Ends now with a reset: nothing more is queued for a reader that does not read. Its cursor still stands.
  void cut_off() noexcept;
  /// Ends now: a parked poll is unlinked, the socket closed. Idempotent. The connection may be gone
  /// afterwards, unless the caller holds it.
  void close() noexcept;

 private:
  enum class stage : std::uint8_t { idle, head, body, parked, writing, lingering, closed };

  /// Bytes in hand and the request they begin: only while one is incomplete, or another waits behind a poll.
  struct incoming {
    std::string bytes;
    request_guard guard;
    std::string head;  // of a request whose body is incomplete, as it came
    request::framing framing = request::framing::none;
    std::uint64_t content_bytes = 0;
    chunked_body chunks;
    std::string body;  // if it is one that is kept
    std::uint64_t body_bytes = 0;
    bool keeps_body = false;
    steady_time body_begun;
    gauge_share held;
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
  bool step(incoming& now, std::string_view& bytes);
  bool read_head(incoming& now, std::string_view& bytes);
  bool begin(incoming& now, const request& from, std::string_view head, std::string_view& bytes);
  bool read_body(incoming& now, std::string_view& bytes);
  outcome<chunked_body::progress> take_body(incoming& now, std::string_view& bytes);
  void count(incoming& now);
  void forget_incoming() noexcept;
  void refuse_for_room();
  void handle(const request& from, const route& to, std::string_view body);
  void refuse(const error& why);
  void refuse_head(const error& why, std::string_view bytes);
  void refuse_for_memory();
  void await_body(incoming& now);

  void reply(const response& with);
  void send(std::string_view bytes, const body_ptr& body);
  void write_on();
  void sent();
  void linger();
  void enter(stage next);
  void leave_parking();
  void too_slow();

  http_shard& home_;
  tcp_socket socket_;
  std::uint32_t requests_ = 0;
  std::unique_ptr<incoming> incoming_;
  std::unique_ptr<unread_reply> outgoing_;
  const arrival how_;
  client_key parked_for_ = 0;  // while parked: whose poll it counts as
  std::uint32_t lingered_bytes_ = 0;
  reply_form form_;
  std::uint8_t parked_seats_ = 0;  // while parked: how many categories it waits on
  stage stage_ = stage::idle;
  bool unread_ = false;      // there may be something to read
  bool read_asked_ = false;  // read_on() is posted
  bool ending_ = false;      // the peer sends no more than what there is to read
  bool ended_ = false;       // all of it was read
  bool processing_ = false;
};

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
