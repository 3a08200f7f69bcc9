#include "longpolld/http/reply/reply.hpp"

#include "longpolld/parts/wire.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace longpolld {
namespace {

std::string_view reason(int status) {
  const auto text = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {text.data(), text.size()};
}

}  // namespace

reply reply::json(std::string text, int status) {
  reply made;
  made.status = status;
  made.text = std::move(text);
  return made;
}

reply reply::failure(const error& why) {
  auto made = json(wire::failure(why.text, why.maybe_stored), why.status);
  made.limit = why.limit;
  if (why.status == 429 || why.status == 503) {
    made.extra = "Retry-After: " + std::to_string(why.retry_after_seconds) + "\r\n";
  }
  return made;
}

void append_head_begin(std::string& to, const reply& of, std::string_view date) {
  to.append("HTTP/1.1 ").append(std::to_string(of.status)).append(" ").append(reason(of.status));
  to.append("\r\nDate: ").append(date).append("\r\n");
  if (of.body_bytes() > 0) {
    to.append("Content-Type: ").append(of.type).append("\r\n");
    to.append("Cache-Control: ").append(of.cache).append("\r\nX-Content-Type-Options: nosniff\r\n");
  }
}

void append_head_end(std::string& to, const reply& of, const reply_form& form, std::string_view cors) {
  if (of.status != 204 && of.status != 304) {
    constexpr std::string_view name = "Content-Length: ", line_end = "\r\n";
    std::array<char, name.size() + 20 + line_end.size()> line{};
    auto* at = std::copy(name.begin(), name.end(), line.begin());
    at = std::to_chars(at, line.end(), of.body_bytes()).ptr;
    to.append(line.begin(), std::copy(line_end.begin(), line_end.end(), at));
  }
  if (!of.extra.empty()) to.append(of.extra);
  if (!cors.empty()) to.append(cors);
  if (form.close || of.close) {
    to.append("Connection: close\r\n");
  } else if (form.is_http_1_0) {
    to.append("Connection: keep-alive\r\n");
  }
  to.append("\r\n");
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t at = unix_seconds;
  std::tm utc{};
  gmtime_r(&at, &utc);
  char text[64];
  const int length =
      std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday,
                    months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace longpolld
