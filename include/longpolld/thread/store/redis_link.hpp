#pragma once

#include "longpolld/parts/redis_url.hpp"
#include "longpolld/parts/resp.hpp"
#include "longpolld/thread/io/name_lookup.hpp"
#include "longpolld/thread/io/readiness.hpp"
#include "longpolld/thread/io/tcp_socket.hpp"
#include "longpolld/thread/io/tls_client.hpp"
#include "longpolld/words/moment.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace longpolld {

/// A connection to a Redis server that takes writes, made again whenever it ends, after 50 ms … 5 s. It never
/// blocks: names are looked up elsewhere, and whoever is silent for too long is left.
/// Thread: that of its readiness.
class redis_link final : public watcher {
 public:
  struct settings {
    redis_url url;  ///< with the password
    std::chrono::milliseconds patience;
    std::size_t answer_bytes_max;
    std::string ca_file{};  ///< whom TLS trusts; empty: whom the system trusts
  };
  /// Whom it tells; not while it calls send().
  class user {
   public:
    /// The server has let it in: commands may be sent.
    virtual void connected() = 0;
    /// The answer to the first command that was not answered yet.
    virtual void answered(resp::value&& with) = 0;
    /// What was sent and not answered is not going to be.
    virtual void ended(const std::string& why) = 0;

   protected:
    ~user() = default;
  };

  /// `on`: whose context runs look-ups' answers.
  redis_link(const settings& of, readiness& by, boost::asio::io_context& on, user& whom);
  ~redis_link();
  redis_link(const redis_link&) = delete;
  redis_link& operator=(const redis_link&) = delete;

  /// Sends commands, of which so many are going to be answered. Precondition: it is connected.
  void send(std::string_view commands, std::size_t count);
  /// Bytes of commands that the system has taken; of the last connection, once it has ended.
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }
  /// Whether it has ended because of an answer that is too large.
  [[nodiscard]] bool was_too_large() const { return was_too_large_; }
  /// Ends the connection; another is made later.
  void end(const std::string& why);
  /// To be called a few times a second. `quiet`: how much longer than its patience an answer may take.
  void tick(steady_time now, std::chrono::milliseconds quiet = {});

  void ready(ready_for what) override;

 private:
  enum class stage : std::uint8_t {
    waiting,
    looking_up,
    connecting,
    shaking_hands,
    greeting,
    asking,
    connected
  };
  struct way_back;
  /// Records of a byte, keys and certificates come besides what is asked for.
  static constexpr std::size_t tls_bytes_at_once = 1 << 20;

  void begin(steady_time now);
  void look_up_next();
  void found(const looked_up& what);
  void connect();
  void open(int family, const sockaddr* to, std::size_t bytes);
  void opened();
  void shake_hands();
  void greet();
  void go_on();
  void write_on();
  bool read_on();
  void take(resp::value&& answer);
  void greeted(const resp::value& answer);
  void told_of_master(const resp::value& answer);
  void fail(std::string why);
  void close();
  [[nodiscard]] bool asks_sentinel() const { return of_.url.is == redis_url::kind::sentinel && !has_master_; }

  const settings of_;
  readiness& by_;
  boost::asio::io_context& on_;
  user& whom_;
  const std::optional<tls_trust> trust_;
  std::shared_ptr<way_back> way_back_;
  std::minstd_rand random_;

  stage stage_ = stage::waiting;
  steady_time until_{};     // waiting: when it tries again; else, until it is connected: when it gives up
  steady_time progress_{};  // when an answer came, or the first of those outstanding was asked for
  int failures_ = 0;        // in a row
  std::size_t next_sentinel_ = 0;                          // of the places in the URL
  bool has_master_ = false;                                // a Sentinel has told where the server is
  std::vector<boost::asio::ip::tcp::endpoint> addresses_;  // to be tried, the next one last
  std::string host_;
  std::optional<tcp_socket> socket_;
  std::unique_ptr<tls_client> tls_;
  std::optional<resp::reader> reader_;
  std::size_t greetings_ = 0;    // answers to the greeting that are to come
  std::size_t outstanding_ = 0;  // answers
  std::string out_;
  std::size_t sent_ = 0;          // of these
  std::uint64_t connection_ = 0;  // another number for each that begins or ends
  std::uint64_t sent_bytes_ = 0;  // since it was connected
  bool was_too_large_ = false;
  bool is_telling_ = false;
};

}  // namespace longpolld
