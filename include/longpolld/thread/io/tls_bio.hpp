#pragma once

#include <cstddef>

struct ssl_st;

namespace longpolld {

/// What OpenSSL reads from and writes to: as recv(2) and send(2), errno included. Its own BIO of a socket
/// lets SIGPIPE come, and reads until the system refuses.
class tls_transport {
 public:
  [[nodiscard]] virtual long receive(char* into, std::size_t bytes) = 0;
  [[nodiscard]] virtual long send(const char* bytes, std::size_t count) = 0;

 protected:
  ~tls_transport() = default;
};

/// Has `of` use `by`, which has to outlive it.
void set_transport(ssl_st& of, tls_transport& by);

}  // namespace longpolld
