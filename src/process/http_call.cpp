#include "longpolld/process/http_call.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
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

asio::awaitable<void> talk(const server_url& to, http::request<http::string_body>& ask,
                           std::chrono::steady_clock::duration patience, http_answer& answer) {
  boost::system::error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  const auto executor = co_await asio::this_coro::executor;
  beast::tcp_stream stream(executor);
  stream.expires_after(patience);
  asio::ip::tcp::resolver names(executor);
  const auto found = co_await names.async_resolve(to.host, to.port, token);
  if (!failed) co_await stream.async_connect(found, token);
  if (!failed) co_await http::async_write(stream, ask, token);
  answer.was_sent = !failed;
  http::response_parser<http::string_body> read;
  read.body_limit(boost::none);
  beast::flat_buffer bytes;
  if (!failed) co_await http::async_read(stream, bytes, read, token);
  if (failed) {
    answer.problem = failed == http::error::end_of_stream ? "the connection was closed" : failed.message();
    co_return;
  }
  const auto& reply = read.get();
  const auto after = reply[http::field::retry_after];
  std::from_chars(after.data(), after.data() + after.size(), answer.retry_after_seconds);
  answer.body = reply.body();
  answer.status = static_cast<int>(reply.result_int());
}

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
  http_answer answer;
  asio::io_context context;
  asio::co_spawn(context, talk(to, ask, patience, answer), asio::detached);
  context.run();
  return answer;
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
