#include "longpolld/thread/store/redis_link.hpp"

#include "longpolld/thread/io/random_bytes.hpp"
#include "longpolld/thread/shard.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace longpolld {
namespace {

constexpr std::chrono::milliseconds retry_least{50};
constexpr std::chrono::milliseconds retry_most{5000};

std::optional<tls_trust> trust_of(const redis_link::settings& of) {
  if (of.url.is != redis_url::kind::tls) return std::nullopt;
  return tls_trust::of(of.ca_file);
}

}  // namespace

/// A look-up's thread may outlive the link, and its context.
struct redis_link::way_back {
  std::mutex mutex;
  redis_link* link;
  std::uint64_t number = 0;  // of the look-up that is waited for
};

redis_link::redis_link(const settings& of, readiness& by, boost::asio::io_context& on, user& whom)
    : of_(of),
      by_(by),
      on_(on),
      whom_(whom),
      trust_(trust_of(of)),
      way_back_(std::make_shared<way_back>()),
      random_(static_cast<unsigned char>(random_bytes(1).front()) + 1U) {
  way_back_->link = this;
}

redis_link::~redis_link() {
  close();
  const std::lock_guard lock(way_back_->mutex);
  way_back_->link = nullptr;
}

// -- connecting

void redis_link::begin(steady_time now) {
  until_ = now + of_.patience;
  has_master_ = false;
  addresses_.clear();
  if (of_.url.is != redis_url::kind::unix) return look_up_next();
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (of_.url.path.size() >= sizeof to.sun_path) return fail("the path of the socket is too long");
  std::copy(of_.url.path.begin(), of_.url.path.end(), to.sun_path);
  open(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

void redis_link::look_up_next() {
  stage_ = stage::looking_up;
  const auto& at = of_.url.at[next_sentinel_++ % of_.url.at.size()];
  host_ = at.host;
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(at.host, is_name);
  if (!is_name) {
    addresses_ = {{address, static_cast<std::uint16_t>(std::stoi(at.port))}};
    return connect();
  }
  const auto number = ++way_back_->number;
  look_up(at.host, at.port, [way = way_back_, number](looked_up what) {
    const std::lock_guard lock(way->mutex);
    if (!way->link) return;
    boost::asio::post(way->link->on_, [way, number, what = std::move(what)] {
      // On the link's own thread, which alone lets it go.
      if (way->link && way->number == number) way->link->found(what);
    });
  });
}

void redis_link::found(const looked_up& what) {
  if (stage_ != stage::looking_up) return;
  if (what.found.empty()) return fail("the name " + host_ + " is not known: " + what.failed.message());
  addresses_.assign(what.found.rbegin(), what.found.rend());
  connect();
}

void redis_link::connect() {
  const auto to = addresses_.back();
  addresses_.pop_back();
  open(to.protocol().family(), to.data(), to.size());
}

void redis_link::open(int family, const sockaddr* to, std::size_t bytes) {
  stage_ = stage::connecting;
  ++connection_;
  socket_.reset();
  const int made = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return fail(std::string("no socket: ") + std::strerror(errno));
  socket_.emplace(made);
  const int on = 1;  // commands go as they come, not when the last ones have been acknowledged
  if (family != AF_UNIX) ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(made, to, static_cast<socklen_t>(bytes)) != 0 && errno != EINPROGRESS) {
    const int why = errno;
    if (!addresses_.empty()) return connect();
    return fail(std::string("it cannot be reached: ") + std::strerror(why));
  }
  by_.add(made, *this);
}

void redis_link::opened() {
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(socket_->descriptor(), SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed != 0) {
    by_.remove(*this);
    if (!addresses_.empty()) return connect();
    return fail(std::string("it cannot be reached: ") + std::strerror(failed));
  }
  reader_.emplace(of_.answer_bytes_max);
  out_.clear();
  sent_ = outstanding_ = 0;
  if (!trust_) return greet();
  tls_ = std::make_unique<tls_client>(*trust_, host_, socket_->descriptor());
  tls_->allow(tls_bytes_at_once);
  stage_ = stage::shaking_hands;
  shake_hands();
}

void redis_link::shake_hands() {
  const auto then = tls_->shake_hands();
  if (then == tcp_socket::state::blocked) return;
  if (then == tcp_socket::state::ended)
    return fail(tls_->fault().empty() ? "it ended the handshake of TLS" : tls_->fault());
  greet();
}

void redis_link::greet() {
  const auto& url = of_.url;
  if (asks_sentinel()) {
    stage_ = stage::asking;
    resp::append_command(out_, {"SENTINEL", "get-master-addr-by-name", url.master});
    return go_on();
  }
  stage_ = stage::greeting;
  greetings_ = 1;
  if (!url.password.empty()) {
    ++greetings_;
    if (url.user.empty()) {
      resp::append_command(out_, {"AUTH", url.password});
    } else {
      resp::append_command(out_, {"AUTH", url.user, url.password});
    }
  }
  if (url.database != 0) {
    ++greetings_;
    resp::append_command(out_, {"SELECT", std::to_string(url.database)});
  }
  resp::append_command(out_, {"ROLE"});
  go_on();
}

void redis_link::greeted(const resp::value& answer) {
  const bool is_role = --greetings_ == 0;
  if (answer.is_error() && !(is_role && answer.text.starts_with("NOPERM"))) {
    return fail("it refuses: " + answer.text);
  }
  if (!is_role) return;
  if (answer.is_array() && !answer.elements.empty() && answer.elements.front().text != "master") {
    return fail("it is a replica, which takes no writes");
  }
  failures_ = 0;
  sent_bytes_ = 0;
  was_too_large_ = false;
  stage_ = stage::connected;
  whom_.connected();
}

void redis_link::told_of_master(const resp::value& answer) {
  if (!answer.is_array() || answer.elements.size() != 2) {
    return fail("the Sentinel does not know " + of_.url.master +
                (answer.is_error() ? ": " + answer.text : ""));
  }
  boost::system::error_code is_name;
  host_ = answer.elements[0].text;
  const auto address = boost::asio::ip::make_address(host_, is_name);
  const auto port = std::atoi(answer.elements[1].text.c_str());
  if (is_name || port < 1 || port > 65'535) return fail("the Sentinel names no address, but " + host_);
  by_.remove(*this);
  has_master_ = true;
  addresses_ = {{address, static_cast<std::uint16_t>(port)}};
  connect();
}

// -- its end

void redis_link::end(const std::string& why) {
  if (stage_ != stage::waiting) fail(why);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): it may be of what is closed
void redis_link::fail(std::string why) {
  close();
  const auto most = std::min(retry_most, retry_least * (1 << std::min(failures_, 7)));
  ++failures_;
  until_ = read_clocks().steady + most / 2 +
           std::chrono::milliseconds(random_() % static_cast<unsigned>(most.count() / 2 + 1));
  stage_ = stage::waiting;
  whom_.ended(why);
}

void redis_link::close() {
  ++connection_;
  is_telling_ = false;
  if (!socket_) return;
  by_.remove(*this);
  tls_.reset();
  socket_.reset();
  reader_.reset();
  out_ = {};
  sent_ = outstanding_ = 0;
}

void redis_link::tick(steady_time now, std::chrono::milliseconds quiet) {
  try {
    if (stage_ == stage::waiting) {
      if (now >= until_) begin(now);
    } else if (stage_ != stage::connected) {
      if (now >= until_) fail("it did not answer in time");
    } else if (outstanding_ > 0 && now - progress_ > of_.patience + quiet) {
      fail("it did not answer in time");
    }
  } catch (const std::exception& why) {
    fail(why.what());
  }
}

}  // namespace longpolld
