#include "longpolld/thread/io/tls_reason.hpp"

#include <cstring>
#include <openssl/err.h>

namespace longpolld {

std::string tls_reason() {
  const auto code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* text = ERR_reason_error_string(code);
  return text ? text : "OpenSSL does not say why";
}

}  // namespace longpolld
