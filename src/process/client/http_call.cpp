#include "longpolld/process/client/http_call.hpp"

#include "longpolld/http/http_url.hpp"
#include "longpolld/thread/io/name_lookup.hpp"
#include "longpolld/thread/io/tls_trust.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <future>
#include <optional>

namespace longpolld {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

// Of a reply's header, a trailer, an extension of a chunk. Beast throws at a trailer above 65,535 bytes.
constexpr std::uint32_t header_bytes_max = 16'384;
constexpr std::size_t buffer_bytes_max = 32'768;

using boost::system::error_code;

/// Gives up when time is over.
looked_up look_up_until(const server_url& of, std::chrono::steady_clock::time_point end) {
  const auto made = std::make_shared<std::promise<looked_up>>();
  auto found = made->get_future();
  look_up(of.host, of.port, [made](looked_up what) { made->set_value(std::move(what)); });
  if (found.wait_until(end) == std::future_status::ready) return found.get();
  return {beast::error::timeout, {}};
}

/// Of a Retry-After: 0 when it is not a number of seconds, as when it is a date.
int seconds_of(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  int seconds = 0;
  const auto failed = std::from_chars(text.data(), text.data() + text.size(), seconds).ec;
  return failed == std::errc{} ? std::min(seconds, retry_after_seconds_max) : retry_after_seconds_max;
}

/// Throws where the file of whom it trusts cannot be read.
asio::ssl::context context_of(const server_url& to) {
  const auto trust = to.is_anyone ? tls_trust::anyone() : tls_trust::of(to.ca);
  return asio::ssl::context(trust.share());
}

/// TLS over a connection that is there already.
struct secure_stream {
  secure_stream(beast::tcp_stream& over, const server_url& to)
      : context(context_of(to)), stream(over, context) {
    expect_host(*stream.native_handle(), to.host);
  }
  /// What is wrong with the server's certificate, or nothing.
  [[nodiscard]] std::string fault() {
    const auto found = SSL_get_verify_result(stream.native_handle());
    return found == X509_V_OK ? "" : X509_verify_cert_error_string(found);
  }

  asio::ssl::context context;
  asio::ssl::stream<beast::tcp_stream&> stream;
};

/// Looks up, connects, writes and reads, each when the one before went well.
class exchange {
 public:
  exchange(const server_url& to, http::request<http::string_body> ask, std::size_t reply_bytes_max)
      : to_(to), ask_(std::move(ask)), reply_bytes_max_(reply_bytes_max) {
    read_.body_limit(reply_bytes_max);
    read_.header_limit(header_bytes_max);
  }

  http_answer run(std::chrono::steady_clock::duration patience) try {
    const auto end = std::chrono::steady_clock::now() + patience;
    const auto found = look_up_until(to_, end);
    if (!is_over(found.failed)) {
      stream_.expires_at(end);
      connect(found.found);
      context_.run();
    }
    return std::move(answer_);
  } catch (const std::exception& failed) {
    answer_.status = 0;
    answer_.problem = failed.what();
    return std::move(answer_);
  }

 private:
  void connect(const std::vector<asio::ip::tcp::endpoint>& found) {
    stream_.async_connect(found, [this](error_code failed, const asio::ip::tcp::endpoint&) {
      if (is_over(failed)) return;
      to_.is_https ? shake_hands() : write(stream_);
    });
  }

  void shake_hands() {
    secure_.emplace(stream_, to_);
    secure_->stream.async_handshake(asio::ssl::stream_base::client, [this](error_code failed) {
      answer_.has_shaken_hands = !failed;
      if (!is_over(failed)) return write(secure_->stream);
      if (const auto fault = secure_->fault(); !fault.empty() && !to_.is_anyone) {
        answer_.problem = "the server's certificate is not good: " + fault;
      }
    });
  }

  template <class Stream>
  void write(Stream& to) {
    http::async_write(to, ask_, [this, &to](error_code failed, std::size_t) {
      if (!is_over(failed)) read(to);
    });
  }

  template <class Stream>
  void read(Stream& from) {
    answer_.was_sent = true;
    http::async_read(from, bytes_, read_, [this](error_code failed, std::size_t) {
      if (is_over(failed)) return;
      auto& reply = read_.get();
      answer_.retry_after_seconds = seconds_of(reply[http::field::retry_after]);
      answer_.body = std::move(reply.body());
      answer_.status = static_cast<int>(reply.result_int());
    });
  }

  bool is_over(error_code failed) {
    if (!failed) return false;
    answer_.is_too_large = failed == http::error::body_limit;
    if (answer_.is_too_large) {
      answer_.problem = "the reply is larger than " + std::to_string(reply_bytes_max_) + " bytes";
    } else if (failed == http::error::header_limit) {
      answer_.problem = "the reply's header is larger than " + std::to_string(header_bytes_max) + " bytes";
    } else if (failed == http::error::buffer_overflow) {
      answer_.problem = "a part of the reply is larger than " + std::to_string(buffer_bytes_max) + " bytes";
    } else if (failed == beast::error::timeout) {
      answer_.problem = "it did not come in time";
    } else {
      answer_.problem = failed == http::error::end_of_stream ? "the connection was closed" : failed.message();
    }
    return true;
  }

  asio::io_context context_;
  beast::tcp_stream stream_{context_};
  std::optional<secure_stream> secure_;
  const server_url& to_;
  http::request<http::string_body> ask_;
  std::size_t reply_bytes_max_;
  http::response_parser<http::string_body> read_;
  beast::flat_buffer bytes_{buffer_bytes_max};
  http_answer answer_;
};

bool is_unreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

outcome<server_url> server_url::parse(std::string_view text) {
  auto at = http_url::parse(text);
  if (!at) return error{0, '"' + std::string(text) + "\" " + at.error().text};
  server_url read{std::move(at->host), std::move(at->port), std::move(at->target), at->is_https};
  while (read.path.ends_with('/')) read.path.pop_back();
  return read;
}

http_answer http_call(const server_url& to, const std::string& target, const std::string& body,
                      std::chrono::steady_clock::duration patience, std::size_t reply_bytes_max,
                      std::span<const http_field> fields) {
  http::request<http::string_body> ask(body.empty() ? http::verb::get : http::verb::post, to.path + target,
                                       11);
  ask.set(http::field::host, http_url{to.host, to.port}.authority());
  ask.set(http::field::connection, "close");
  if (!body.empty()) ask.set(http::field::content_type, "application/json");
  for (const auto& one : fields) ask.erase(one.name);
  for (const auto& one : fields) ask.insert(one.name, one.value);
  ask.body() = body;
  ask.prepare_payload();
  return exchange(to, std::move(ask), reply_bytes_max).run(patience);
}

std::string percent_encoded(std::string_view text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string made;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c)) {
      made += c;
    } else {
      made.append({'%', digits[byte >> 4U], digits[byte & 0xfU]});
    }
  }
  return made;
}

}  // namespace longpolld
