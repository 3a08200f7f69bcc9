#include "longpolld/http/access/hook_reply.hpp"

#include "longpolld/words/ascii.hpp"
#include "longpolld/words/number.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>

namespace longpolld {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view head_end = "\r\n\r\n";

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// All values of a field.
std::string joined(const http::fields& all, http::field name) {
  std::string made;
  const auto [first, last] = all.equal_range(name);
  for (auto at = first; at != last; ++at) made += (made.empty() ? "" : ",") + std::string(view(at->value()));
  return made;
}

bool says_close(const http::fields& all) {
  const auto words = ascii::split(joined(all, http::field::connection), ',');
  return std::any_of(words.begin(), words.end(), [](const auto& one) { return ascii::same(one, "close"); });
}

}  // namespace

hook_reply_reader::progress hook_reply_reader::broken(std::string why) {
  why_ = std::move(why);
  return progress::broken;
}

hook_reply_reader::progress hook_reply_reader::feed(std::string_view& bytes) {
  has_begun_ = has_begun_ || !bytes.empty();
  if (stage_ == stage::head) {
    const auto then = take_head(bytes);
    if (then != progress::more || stage_ == stage::head) return then;
  }
  return take_body(bytes);
}

hook_reply_reader::progress hook_reply_reader::take_head(std::string_view& bytes) {
  const auto had = head_.size();
  head_.append(bytes.substr(0, head_bytes_max + 1 - had));
  const auto found = head_.find(head_end, had < head_end.size() ? 0 : had - head_end.size() + 1);
  const auto size = found == std::string::npos ? head_.size() : found + head_end.size();
  if (size > head_bytes_max)
    return broken("the header of its reply has more than " + std::to_string(head_bytes_max) + " bytes");
  if (found == std::string::npos) {
    bytes = {};
    return progress::more;
  }
  bytes.remove_prefix(size - had);
  head_.resize(size);
  return read_head();
}

hook_reply_reader::progress hook_reply_reader::read_head() {
  http::response_parser<http::empty_body> parser;
  parser.header_limit(head_bytes_max);
  parser.body_limit(boost::none);
  parser.skip(true);  // Beast's reading of bodies is not strict enough: chunked_body says where
  boost::system::error_code failed;
  parser.put(boost::asio::buffer(head_), failed);
  if (failed || !parser.is_header_done()) return broken("its reply is not HTTP/1.1");
  const auto& all = parser.get();
  reply_.status = static_cast<int>(all.result_int());
  if (reply_.status != 200 && reply_.status != 401 && reply_.status != 403) return progress::whole;
  reply_.cache_control = joined(all, http::field::cache_control);
  const bool is_1_1 = all.version() == 11;
  const auto codings = all.count(http::field::transfer_encoding);
  const auto lengths = all.count(http::field::content_length);
  reply_.is_length_known = codings + lengths > 0;
  keeps_ = reply_.is_length_known && is_1_1 && !says_close(all);
  if (codings > 0) {
    const bool is_chunked = ascii::same(view(all[http::field::transfer_encoding]), "chunked");
    if (codings > 1 || lengths > 0 || !is_1_1 || !is_chunked)
      return broken("the length of its reply is in doubt");
    stage_ = stage::chunks;
  } else if (lengths > 0) {
    const auto length = whole_number<std::uint64_t>(view(all[http::field::content_length]));
    if (lengths > 1 || !length) return broken("the length of its reply is in doubt");
    if (*length > body_max_) return broken("its reply has more than " + std::to_string(body_max_) + " bytes");
    left_ = static_cast<std::size_t>(*length);
    stage_ = stage::length;
    if (left_ == 0) return progress::whole;
  } else {
    stage_ = stage::until_end;
  }
  return progress::more;
}

hook_reply_reader::progress hook_reply_reader::take_body(std::string_view& bytes) {
  if (stage_ == stage::chunks) {
    const auto then = chunks_.feed(bytes, reply_.body, body_max_);
    if (!then) {
      if (then.error().status == 413)
        return broken("its reply has more than " + std::to_string(body_max_) + " bytes");
      return broken("its reply is broken: " + then.error().text);
    }
    return *then == chunked_body::progress::complete ? progress::whole : progress::more;
  }
  const bool has_length = stage_ == stage::length;
  const auto part = bytes.substr(0, has_length ? left_ : bytes.size());
  if (reply_.body.size() + part.size() > body_max_)
    return broken("its reply has more than " + std::to_string(body_max_) + " bytes");
  reply_.body.append(part);
  bytes.remove_prefix(part.size());
  left_ -= has_length ? part.size() : 0;
  return has_length && left_ == 0 ? progress::whole : progress::more;
}

hook_reply_reader::progress hook_reply_reader::end() {
  if (stage_ == stage::until_end) return progress::whole;
  return broken(has_begun_ ? "its reply ended half way" : "it ended the connection without a reply");
}

}  // namespace longpolld
