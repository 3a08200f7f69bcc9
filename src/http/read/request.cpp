#include "longpolld/http/read/request.hpp"

#include "longpolld/http/read/host.hpp"
#include "longpolld/http/read/known_fields.hpp"
#include "longpolld/http/read/request_guard.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory_resource>
#include <optional>
#include <string>
#include <tuple>

namespace longpolld {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

using memory = std::pmr::polymorphic_allocator<char>;
using fields = http::basic_fields<memory>;

std::optional<error> read_target(std::string_view target, request& into) {
  if (target.starts_with("http")) {
    target.remove_prefix(target.find("//") + 2);
    into.host = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(into.host.size());
    if (!parse_host(into.host)) return error{400, "the target's host must be a host"};
  }
  const auto question = std::min(target.find('?'), target.size());
  into.path = question == 0 ? "/" : target.substr(0, question);
  into.query = target.substr(std::min(question + 1, target.size()));
  return std::nullopt;
}

std::optional<error> read_host(const fields& all, request& into) {
  const auto count = all.count(http::field::host);
  if (count == 0 && into.is_http_1_0) return std::nullopt;
  if (count != 1) return error{400, "there must be exactly one Host"};
  const auto host = view(all[http::field::host]);
  if (host.empty() && into.is_http_1_0) return std::nullopt;
  if (!parse_host(host)) return error{400, "Host must be a host and, if any, a port"};
  if (into.host.empty()) into.host = host;
  return std::nullopt;
}

std::optional<error> read_framing(const fields& all, request& into) {
  const auto codings = all.count(http::field::transfer_encoding);
  const auto lengths = all.count(http::field::content_length);
  if (codings > 0) {
    const auto coding = view(all[http::field::transfer_encoding]);
    if (into.is_http_1_0) return error{400, "Transfer-Encoding must not be used with HTTP/1.0"};
    if (lengths > 0) return error{400, "Transfer-Encoding and Content-Length must not be together"};
    if (codings > 1) return error{400, "Transfer-Encoding must not be repeated"};
    if (!boost::beast::iequals(boost::beast::string_view(coding.data(), coding.size()), "chunked")) {
      const bool is_list = coding.find(',') != std::string_view::npos;
      return error{is_list ? 400 : 501, "Transfer-Encoding must be chunked"};
    }
    into.body = request::framing::chunked;
  } else if (lengths > 0) {
    const auto length = whole_number<std::uint64_t>(view(all[http::field::content_length]));
    if (lengths > 1 || !length) return error{400, "Content-Length must be one whole number of bytes"};
    into.content_bytes = *length;
    into.body = request::framing::length;
  }
  return std::nullopt;
}

/// Each value of a field that may be repeated.
template <class Take>
void for_each(const fields& all, boost::beast::string_view name, Take take) {
  const auto [first, last] = all.equal_range(name);
  for (auto at = first; at != last; ++at) take(at->value());
}

/// What proxies and networks of caches add, besides X-Forwarded-For.
bool is_of_proxy(std::string_view name) {
  for (const std::string_view whole : {"Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP"}) {
    if (ascii::same(name, whole)) return true;
  }
  for (const std::string_view begin : {"X-Forwarded", "CF-"}) {
    if (ascii::same(name.substr(0, begin.size()), begin)) return !ascii::same(name, "X-Forwarded-For");
  }
  return false;
}

bool names_proxy(const fields& all) {
  return std::any_of(all.begin(), all.end(),
                     [](const auto& one) { return is_of_proxy(view(one.name_string())); });
}

request::site read_site(const fields& all) {
  constexpr std::string_view name = "Sec-Fetch-Site";
  const auto said = view(all[name]);
  const bool is_doubtful = all.count(name) > 1;  // no browser's work: the worse counts
  if (is_doubtful || said == "cross-site" || said == "same-site") return request::site::foreign;
  return said == "same-origin" ? request::site::same_origin : request::site::unsaid;
}

std::optional<error> read_fields(const fields& all, request& into) {
  if (auto refused = read_host(all, into)) return refused;
  if (auto refused = read_framing(all, into)) return refused;
  if (all.count(http::field::origin) > 1) return error{400, "Origin must not be repeated"};
  into.origin = view(all[http::field::origin]);
  const auto proofs = all.count(http::field::authorization);
  if (proofs > 1) return error{400, "Authorization must not be repeated"};
  if (proofs == 1) into.authorization = view(all[http::field::authorization]);
  into.requested_method = view(all[http::field::access_control_request_method]);
  for_each(all, "Content-Encoding", [&](boost::beast::string_view coding) {
    if (!coding.empty() && !boost::beast::iequals(coding, "identity")) into.has_content_coding = true;
  });
  bool unknown_expectation = false;
  for_each(all, "Expect", [&](boost::beast::string_view expect) {
    if (expect.empty() || into.is_http_1_0) return;
    if (!boost::beast::iequals(expect, "100-continue")) unknown_expectation = true;
    into.expects_continue = true;
  });
  if (unknown_expectation) return error{417, "Expect must be 100-continue"};
  into.fetch_site = read_site(all);
  into.names_proxy = names_proxy(all);
  if (all.count(http::field::content_type) == 1) into.content_type = view(all[http::field::content_type]);
  into.accept_encoding = view(all[http::field::accept_encoding]);
  into.if_none_match = view(all[http::field::if_none_match]);
  if (const auto count = all.count("Idempotency-Key"); count > 0) {
    into.idempotency_key = count == 1 ? view(all["Idempotency-Key"]) : std::string_view();
  }
  return std::nullopt;
}

request::verb verb_of(http::verb method) {
  switch (method) {
    case http::verb::get:
      return request::verb::get;
    case http::verb::head:
      return request::verb::head;
    case http::verb::post:
      return request::verb::post;
    case http::verb::options:
      return request::verb::options;
    case http::verb::delete_:
      return request::verb::erase;
    case http::verb::unknown:
      return request::verb::unknown;
    default:
      return request::verb::other;
  }
}

/// METHOD SP target SP HTTP/1.x, as request_guard has found it.
struct first_line {
  std::string_view method;
  std::string_view target;
  bool is_http_1_0;

  explicit first_line(std::string_view line)
      : method(line.substr(0, line.find(' '))),
        target(line.substr(method.size() + 1, line.rfind(' ') - method.size() - 1)),
        is_http_1_0(line.ends_with('0')) {}
};

}  // namespace

struct request_parser::state {
  using parser = http::request_parser<http::empty_body, memory>;
  static constexpr std::size_t known_max = 64;
  static constexpr std::size_t known_bytes_max = 1024;

  std::array<std::byte, 8'192> buffer;
  std::pmr::monotonic_buffer_resource resource{buffer.data(), buffer.size()};
  std::optional<parser> now;
  std::string forwarded_for;
  std::string cookies;
  std::array<known_fields, known_max> known;
  std::array<const known_fields*, 2> recent{&known[0], &known[0]};  // a publisher's and a subscriber's

  parser& begin() {
    now.reset();
    resource.release();
    return now.emplace(std::piecewise_construct, std::make_tuple(), std::make_tuple(memory(&resource)));
  }

  known_fields& place_of(std::string_view fields_bytes) {
    return known[std::hash<std::string_view>()(fields_bytes) % known_max];
  }

  /// What the fields that `bytes` begin with came to, if that is known.
  const known_fields* find(std::string_view bytes_from_fields) {
    for (const auto* one : recent) {
      if (!one->bytes.empty() && bytes_from_fields.starts_with(one->bytes)) return one;
    }
    const auto end = bytes_from_fields.find("\r\n\r\n");
    if (end >= known_bytes_max) return nullptr;
    const auto fields_bytes = bytes_from_fields.substr(0, end + 4);
    const auto& one = place_of(fields_bytes);
    if (one.bytes != fields_bytes) return nullptr;
    recent = {&one, recent[0]};
    return &one;
  }

  /// One field is viewed, several are joined.
  static std::optional<std::string_view> read_joined(const fields& all, boost::beast::string_view name,
                                                     char between, std::string& into) {
    const auto [first, last] = all.equal_range(name);
    if (first == last) return std::nullopt;
    if (std::next(first) == last) return view(first->value());
    into.clear();
    for (auto at = first; at != last; ++at) {
      if (at != first) into += between;
      into += view(at->value());
    }
    return into;
  }

  outcome<request> parse(std::string_view head) {
    auto& reader = begin();
    reader.header_limit(static_cast<std::uint32_t>(head.size()) + 1);
    reader.skip(true);
    boost::system::error_code failed;
    reader.put(boost::asio::buffer(head.data(), head.size()), failed);
    if (!failed && !reader.is_header_done()) failed = http::error::need_more;
    if (failed) return error{400, "the request is malformed: " + failed.message()};
    const auto& message = reader.get();
    request read;
    read.method = verb_of(message.method());
    read.is_http_1_0 = message.version() == 10;
    // What follows a CONNECT was meant for a tunnel (RFC 9110 section 9.3.6).
    read.keep_alive = reader.keep_alive() && message.method() != http::verb::connect;
    if (auto refused = read_target(view(message.target()), read)) return std::move(*refused);
    if (auto refused = read_fields(message, read)) return std::move(*refused);
    read.forwarded_for = read_joined(message, "X-Forwarded-For", ',', forwarded_for);
    read.cookie = read_joined(message, "Cookie", ';', cookies).value_or("");
    return read;
  }
};

request_parser::request_parser() : state_(std::make_unique<state>()) {}
request_parser::request_parser(request_parser&&) noexcept = default;
request_parser::~request_parser() = default;

outcome<request> request_parser::parse(std::string_view head) {
  auto read = state_->parse(head);
  // Behind a proxy each client has its own X-Forwarded-For, and each publish its own key: nothing to gain.
  const auto line_end = head.find("\r\n");
  const auto fields_bytes = head.substr(line_end + 2);
  if (read) read->fields = fields_bytes;
  const bool is_common =
      read && read->method < request::verb::other && !read->forwarded_for && !read->idempotency_key;
  if (is_common && fields_bytes.size() <= state::known_bytes_max) {
    const auto& message = state_->now->get();
    state_->place_of(fields_bytes)
        .store(fields_bytes, first_line(head.substr(0, line_end)).method, *read,
               view(message[http::field::host]));
  }
  return read;
}

std::optional<request_parser::known_head> request_parser::recall(std::string_view bytes,
                                                                 const config& limits) {
  const auto line_end = bytes.find("\r\n");
  if (line_end == std::string_view::npos) return std::nullopt;
  const auto* known = state_->find(bytes.substr(line_end + 2));
  if (!known) return std::nullopt;
  const auto head_bytes = line_end + 2 + known->bytes.size();
  const auto text = bytes.substr(0, line_end);
  if (line_end > static_cast<std::size_t>(limits.max_request_line_bytes) ||
      head_bytes > static_cast<std::size_t>(limits.max_header_bytes) || request_guard::request_line(text)) {
    return std::nullopt;
  }
  const first_line line(text);
  if (known->method != line.method || known->read.is_http_1_0 != line.is_http_1_0) return std::nullopt;
  known_head made{known->recall(), head_bytes};
  if (read_target(line.target, made.read)) return std::nullopt;
  if (made.read.host.empty()) made.read.host = known->host;
  return made;
}

}  // namespace longpolld
