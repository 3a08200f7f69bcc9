#include "longpolld/process/http_call.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <cctype>
#include <charconv>

namespace longpolld {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

/// Resolves, connects, writes and reads, each when the one before went well.
class exchange {
 public:
  exchange(const server_url& to, http::request<http::string_body> ask) : to_(to), ask_(std::move(ask)) {
    read_.body_limit(boost::none);
  }

  http_answer run(std::chrono::steady_clock::duration patience) {
    stream_.expires_after(patience);
    names_.async_resolve(to_.host, to_.port, [this](error_code failed, const found_names& found) {
      if (!is_over(failed)) connect(found);
    });
    context_.run();
    return std::move(answer_);
  }

 private:
  using error_code = boost::system::error_code;
  using found_names = asio::ip::tcp::resolver::results_type;

  void connect(const found_names& found) {
    stream_.async_connect(found, [this](error_code failed, const asio::ip::tcp::endpoint&) {
      if (!is_over(failed)) write();
    });
  }

  void write() {
    http::async_write(stream_, ask_, [this](error_code failed, std::size_t) {
      if (!is_over(failed)) read();
    });
  }

  void read() {
    answer_.was_sent = true;
    http::async_read(stream_, bytes_, read_, [this](error_code failed, std::size_t) {
      if (is_over(failed)) return;
      const auto& reply = read_.get();
      const auto after = reply[http::field::retry_after];
      std::from_chars(after.data(), after.data() + after.size(), answer_.retry_after_seconds);
      answer_.body = reply.body();
      answer_.status = static_cast<int>(reply.result_int());
    });
  }

  bool is_over(error_code failed) {
    if (!failed) return false;
    answer_.problem = failed == http::error::end_of_stream ? "the connection was closed" : failed.message();
    return true;
  }

  asio::io_context context_;
  asio::ip::tcp::resolver names_{context_};
  beast::tcp_stream stream_{context_};
  const server_url& to_;
  http::request<http::string_body> ask_;
  http::response_parser<http::string_body> read_;
  beast::flat_buffer bytes_;
  http_answer answer_;
};

bool is_unreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

outcome<server_url> server_url::parse(std::string_view text) {
  const auto wrong = [&](const char* why) { return error{0, '"' + std::string(text) + "\" " + why}; };
  if (text.starts_with("https://")) return wrong("is https, which this client does not speak");
  if (!text.starts_with("http://")) return wrong("is not a URL that begins with http://");
  auto rest = text.substr(7);
  server_url read;
  const auto slash = std::min(rest.find('/'), rest.size());
  read.path = rest.substr(slash);
  while (read.path.ends_with('/')) read.path.pop_back();
  rest = rest.substr(0, slash);
  const auto bracket = rest.starts_with('[') ? rest.find(']') : 0;
  const auto colon = bracket == std::string_view::npos ? bracket : rest.find(':', bracket);
  read.host = rest.substr(bracket ? 1 : 0, bracket ? bracket - 1 : colon);
  if (colon != std::string_view::npos) read.port = rest.substr(colon + 1);
  const bool is_number = read.port.find_first_not_of("0123456789") == std::string::npos;
  if (bracket == std::string_view::npos || read.host.empty() || read.port.empty() || !is_number)
    return wrong("is not a URL of http://host:port");
  return read;
}

http_answer http_call(const server_url& to, const std::string& target, const std::string& body,
                      std::chrono::steady_clock::duration patience) {
  http::request<http::string_body> ask(body.empty() ? http::verb::get : http::verb::post, to.path + target,
                                       11);
  const bool is_v6 = to.host.find(':') != std::string::npos;
  ask.set(http::field::host, (is_v6 ? '[' + to.host + ']' : to.host) + ':' + to.port);
  ask.set(http::field::connection, "close");
  if (!body.empty()) ask.set(http::field::content_type, "application/json");
  ask.body() = body;
  ask.prepare_payload();
  return exchange(to, std::move(ask)).run(patience);
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
