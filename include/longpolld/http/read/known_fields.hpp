#pragma once

#include "longpolld/http/read/request.hpp"

#include <string>
#include <string_view>

namespace longpolld {

/// What the fields of a head came to, under their very bytes: a client's requests differ in their first
/// line and seldom in the rest. Only of heads that were accepted.
struct known_fields {
  std::string bytes;  // from behind the request line to the empty line
  std::string host;
  std::string origin;
  std::string requested_method;
  std::string content_type;
  std::string accept_encoding;
  std::string if_none_match;
  std::string authorization;
  std::string cookie;
  std::string method;  // of the first that had them
  request read;        // but for what its request line said

  /// Precondition: the head that `from` was read of was accepted, and has no X-Forwarded-For.
  void store(std::string_view fields_bytes, std::string_view method_text, const request& from,
             std::string_view host_field) {
    bytes.clear();  // known for nothing, until all of it is here
    method = method_text;
    host = host_field;
    origin = from.origin;
    requested_method = from.requested_method;
    content_type = from.content_type;
    accept_encoding = from.accept_encoding;
    if_none_match = from.if_none_match;
    authorization = from.authorization.value_or("");
    cookie = from.cookie;
    read = from;
    bytes = fields_bytes;
  }
  /// The request but for what its request line says. Valid while this is.
  [[nodiscard]] request recall() const {
    request made = read;
    made.path = made.query = made.host = {};
    made.origin = origin;
    made.requested_method = requested_method;
    made.content_type = content_type;
    made.accept_encoding = accept_encoding;
    made.if_none_match = if_none_match;
    if (made.authorization) made.authorization = authorization;
    made.cookie = cookie;
    made.fields = bytes;
    return made;
  }
};

}  // namespace longpolld
