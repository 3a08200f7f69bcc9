#include "support/catch.hpp"
#include "support/test_server.hpp"
#include "support/tls_clients.hpp"
#include "support/tls_records.hpp"

#include <atomic>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

// Of no bytes. OpenSSL refuses to begin anew, and goes on to the next record by itself.
constexpr std::string_view hello("\x01\0\0\0", 4);

void only_aes128_1_2(ssl_ctx_st& of) {
  SSL_CTX_set_max_proto_version(&of, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(&of, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256");
}

/// Sends all of it and reads what comes back, until there is room no more or `is_over`.
void pour(const client& to, std::string_view bytes, std::atomic<std::size_t>& sent,
          const std::atomic<bool>& is_over) {
  char unread[16'384];
  while (sent < bytes.size() && !is_over) {
    pollfd look{to.descriptor(), POLLIN | POLLOUT, 0};
    ::poll(&look, 1, 100);
    if ((look.revents & POLLIN) != 0 && ::recv(to.descriptor(), unread, sizeof unread, MSG_DONTWAIT) == 0)
      return;
    const auto count =
        ::send(to.descriptor(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
}

}  // namespace

TEST_CASE("records that say nothing do not keep a thread from its other connections", "[http][tls]") {
  auto of = tls_config();
  of.threads = 1;
  test_server server(of);
  client other(server.port());
  REQUIRE(other.get("/healthz"));
  lazy_client hostile(server.port(), only_aes128_1_2);
  REQUIRE(hostile.connects());
  tls_records records(*hostile.tls.native());
  std::string flood;
  while (flood.size() < 8'000'000) flood += records.next(tls_records::content::handshake, hello);

  std::atomic<std::size_t> sent{0};
  std::atomic<bool> is_over{false};
  std::thread pouring([&] { pour(*hostile.one, flood, sent, is_over); });
  const bool has_begun = eventually([&] { return sent > 200'000; });
  const auto answer = other.get("/healthz");
  const std::size_t sent_by_then = sent;
  is_over = true;
  pouring.join();
  CHECK(has_begun);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(sent_by_then < flood.size());
}

TEST_CASE("a request behind many records that say nothing is answered", "[http][tls]") {
  test_server server(tls_config());
  lazy_client late(server.port(), only_aes128_1_2);
  REQUIRE(late.connects());
  tls_records records(*late.tls.native());
  std::string all;
  for (int i = 0; i < 4'000; ++i) all += records.next(tls_records::content::handshake, hello);
  all += records.next(tls_records::content::application,
                      request_text("POST", "/publish", "", R"({"category":"a","data":1})"));
  std::atomic<std::size_t> sent{0};
  const std::atomic<bool> never{false};
  pour(*late.one, all, sent, never);
  CHECK(sent == all.size());
  client other(server.port());
  const auto seen = other.get("/events?category=a&since_time=0");
  REQUIRE(seen);
  CHECK(seen->json().at("events").as_array().size() == 1);
}
