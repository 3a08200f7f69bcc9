#include "longpolld/thread/io/tls_bio.hpp"

#include <cerrno>
#include <new>
#include <openssl/ssl.h>

namespace longpolld {
namespace {

tls_transport& transport_of(BIO* of) { return *static_cast<tls_transport*>(BIO_get_data(of)); }

int bio_read(BIO* from, char* into, int bytes) {
  BIO_clear_retry_flags(from);
  const auto count = transport_of(from).receive(into, static_cast<std::size_t>(bytes));
  if (count < 0 && errno == EAGAIN) BIO_set_retry_read(from);
  return static_cast<int>(count);
}

int bio_write(BIO* to, const char* bytes, int count) {
  BIO_clear_retry_flags(to);
  const auto sent = transport_of(to).send(bytes, static_cast<std::size_t>(count));
  if (sent < 0 && errno == EAGAIN) BIO_set_retry_write(to);
  return static_cast<int>(sent);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* bio_method() {
  static BIO_METHOD* const made = [] {
    auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "longpolld socket");
    if (!method) throw std::bad_alloc();
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
  }();
  return made;
}

}  // namespace

void set_transport(ssl_st& of, tls_transport& by) {
  auto* bio = BIO_new(bio_method());
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, &by);
  BIO_set_init(bio, 1);
  SSL_set_bio(&of, bio, bio);
}

}  // namespace longpolld
