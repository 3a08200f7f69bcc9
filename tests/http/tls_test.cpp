#include "support/catch.hpp"
#include "support/tls_clients.hpp"

#include <deque>
#include <openssl/x509.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

tls_stream::settings versions(int least, int most, const char* ciphers = nullptr) {
  return [=](SSL_CTX& to) {
    SSL_CTX_set_security_level(&to, 0);
    SSL_CTX_set_min_proto_version(&to, least);
    SSL_CTX_set_max_proto_version(&to, most);
    if (ciphers) CHECK(SSL_CTX_set_cipher_list(&to, ciphers) == 1);
  };
}

tls_stream::settings protocols(const std::string& names) {
  return [=](SSL_CTX& to) {
    SSL_CTX_set_alpn_protos(&to, reinterpret_cast<const unsigned char*>(names.data()),
                            static_cast<unsigned>(names.size()));
  };
}

tls_stream::settings with_certificate(const authority::files& own) {
  return [=](SSL_CTX& to) {
    SSL_CTX_use_certificate_chain_file(&to, own.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(&to, own.key.c_str(), SSL_FILETYPE_PEM);
  };
}

/// Whether a client with these settings is served. In TLS 1.3 one learns of its refusal when it reads.
bool is_served(std::uint16_t port, const tls_stream::settings& set) try {
  client one(port, set);
  const auto got = one.get("/healthz");
  return got && got->status == 200;
} catch (const std::runtime_error&) {
  return false;
}

std::string name_of_peer(client& one) {
  const std::shared_ptr<X509> seen(SSL_get1_peer_certificate(one.tls().native()), X509_free);
  char name[100] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(seen.get()), NID_commonName, name, sizeof name);
  return name;
}

}  // namespace

TEST_CASE("TLS 1.2 and 1.3 are spoken, 1.0 and 1.1 are not", "[http][tls]") {
  test_server server(tls_config());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CHECK(is_served(server.port(), versions(version, version)));
  }
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    CHECK_FALSE(is_served(server.port(), versions(version, version, "ALL:@SECLEVEL=0")));
  }
}

TEST_CASE("ciphers without encryption, identity or forward secrecy are refused", "[http][tls]") {
  test_server server(tls_config());
  for (const char* weak :
       {"eNULL:@SECLEVEL=0", "aNULL:@SECLEVEL=0", "kRSA:@SECLEVEL=0", "SHA1:@SECLEVEL=0"}) {
    INFO(weak);
    CHECK_FALSE(is_served(server.port(), versions(TLS1_2_VERSION, TLS1_2_VERSION, weak)));
  }
}

TEST_CASE("a client that asks for another handshake is refused it", "[http][tls]") {
  test_server server(tls_config());
  client one(server.port(), versions(TLS1_2_VERSION, TLS1_2_VERSION));
  REQUIRE(one.get("/healthz"));
  SSL_renegotiate(one.tls().native());
  CHECK(SSL_do_handshake(one.tls().native()) != 1);
  CHECK(tls_reason() == "no renegotiation");
  CHECK(is_served(server.port(), {}));
}

TEST_CASE("plain HTTP at an address of TLS is closed", "[http][tls]") {
  test_server server(tls_config());
  raw_client one(server.port());
  one.one->send(request_text("POST", "/publish", "", R"({"category":"a","data":1})"));
  CHECK(one.one->receive_all().find("HTTP/") == std::string::npos);
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  CHECK(server->log().count().published == 0);
}

TEST_CASE("handshakes that stand still are closed in time, and others are served meanwhile", "[http][tls]") {
  auto of = tls_config();
  of.head_timeout_seconds = 2;
  test_server server(of);
  constexpr std::size_t count = 1'000;
  std::deque<raw_client> silent;
  for (std::size_t i = 0; i < count; ++i) {
    silent.emplace_back(server.port());
    if (i % 2 == 0) silent.back().one->send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03", 10));
  }
  REQUIRE(eventually([&] { return server->open_connections() == count; }));
  CHECK(is_served(server.port(), {}));
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  CHECK(silent.front().one->receive_all().empty());
}

TEST_CASE("handshakes count as connections", "[http][tls]") {
  auto of = tls_config();
  of.max_connections = 2;
  test_server server(of);
  raw_client first(server.port()), second(server.port()), third(server.port());
  CHECK(third.one->receive_all().empty());  // what it is told it could not read
  CHECK(eventually([&] { return server->open_connections() == 2; }));
  first.one->close();
  CHECK(eventually([&] { return server->open_connections() == 1; }));
  CHECK(is_served(server.port(), {}));
}

TEST_CASE("another certificate is for new connections, and those there are go on", "[http][tls]") {
  auto of = tls_config();
  test_server server(of);
  client before(server.port());
  REQUIRE(before.get("/healthz"));
  authority other("another one");
  const auto next = other.issue({.name = "next"});
  of.tls_certificate = next.certificate;
  of.tls_key = next.key;
  server->reconfigure(of, std::make_shared<access_rules>(), *tls_context::load(of));
  CHECK(eventually([&] {
    client first(server.port()), second(server.port());  // on both shards
    return name_of_peer(first) == "next" && name_of_peer(second) == "next";
  }));
  CHECK(before.get("/healthz"));
  CHECK(name_of_peer(before) == "localhost");
}

TEST_CASE("HTTP/1.1 is what is spoken, with clients that offer it or nothing", "[http][tls]") {
  test_server server(tls_config());
  CHECK(is_served(server.port(), protocols("\x08http/1.1")));
  CHECK(is_served(server.port(), {}));
  CHECK_FALSE(is_served(server.port(), protocols("\x02h2")));
  client both(server.port(), protocols("\x02h2\x08http/1.1"));
  const unsigned char* chosen = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(both.tls().native(), &chosen, &length);
  CHECK(std::string(chosen, chosen + length) == "http/1.1");
  lazy_client only(server.port(), protocols("\x02h2"));
  CHECK_FALSE(only.connects());
  CHECK(tls_reason() == "tlsv1 alert no application protocol");
}

TEST_CASE("whatever host the handshake names gets the same certificate", "[http][tls]") {
  test_server server(tls_config());
  for (const char* name : {"", "somewhere.example"}) {
    lazy_client one(server.port());
    std::string named(name);
    SSL_set_tlsext_host_name(one.tls.native(), named.empty() ? nullptr : named.data());
    REQUIRE(one.connects());
    CHECK(one.ask(ping).find(" 200 ") != std::string::npos);
  }
  lazy_client longest(server.port());
  SSL_set_tlsext_host_name(longest.tls.native(), std::string(255, 'a').c_str());
  CHECK(longest.connects());
}

TEST_CASE("with tls_client_ca only clients with a certificate that it signed are served", "[http][tls]") {
  authority own("ours"), foreign("theirs");
  auto of = tls_config();
  of.tls_client_ca = own.certificate();
  test_server server(of);
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const auto served = [&](const tls_stream::settings& set) {
    return is_served(server.port(), [&](SSL_CTX& to) {
      SSL_CTX_set_max_proto_version(&to, version);
      set(to);
    });
  };
  CHECK(served(with_certificate(own.issue({.name = "a client"}))));
  CHECK(served(with_certificate(own.issue({.purpose = "clientAuth"}))));
  CHECK_FALSE(served([](SSL_CTX&) {}));
  CHECK_FALSE(served(with_certificate(foreign.issue())));
  CHECK_FALSE(served(with_certificate(own.issue({.purpose = "serverAuth"}))));
  CHECK_FALSE(served(with_certificate(own.issue({.valid_days = -1}))));
  CHECK(eventually([&] { return server->open_connections() == 0; }));
}

TEST_CASE("when certificates of others are asked for, the connections there are end with their next reply",
          "[http][tls]") {
  authority own("ours"), next("next");
  auto of = tls_config();
  of.tls_client_ca = own.certificate();
  test_server server(of);
  const auto with = with_certificate(own.issue({.name = "a client"}));
  client idle(server.port(), with), waits(server.port(), with);
  REQUIRE(idle.get("/healthz")->status == 200);
  waits.send(request_text("GET", "/events?category=a&timeout=100"));
  REQUIRE(server.parks(1));
  server->reconfigure(of, test_rules(), *tls_context::load(of));  // the same: all goes on
  CHECK(idle.get("/healthz")->status == 200);
  CHECK_FALSE(waits.readable(std::chrono::milliseconds(300)));
  of.tls_client_ca = next.certificate();
  server->reconfigure(of, test_rules(), *tls_context::load(of));
  const auto ended = waits.receive();
  REQUIRE(ended);
  CHECK(ended->body.find("timeout") != std::string::npos);
  CHECK(ended->field("Connection") == "close");
  CHECK(eventually([&] { return server->open_connections() == 0; }));
  CHECK_FALSE(is_served(server.port(), with));
  CHECK(is_served(server.port(), with_certificate(next.issue({.name = "a client"}))));
}

TEST_CASE("a session is resumed by its ticket, unless clients show certificates, which may expire meanwhile",
          "[http][tls]") {
  auto of = tls_config();
  authority own("ours");
  const bool asks_for_certificate = GENERATE(false, true);
  if (asks_for_certificate) of.tls_client_ca = own.certificate();
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  test_server server(of);
  const auto mine = own.issue();
  const tls_stream::settings set = [&](SSL_CTX& to) {
    with_certificate(mine)(to);
    SSL_CTX_set_max_proto_version(&to, version);
  };
  lazy_client first(server.port(), set);
  REQUIRE(first.connects());
  REQUIRE(first.ask(ping).find(" 200 ") != std::string::npos);
  const std::shared_ptr<SSL_SESSION> session(SSL_get1_session(first.tls.native()), SSL_SESSION_free);
  REQUIRE(SSL_SESSION_is_resumable(session.get()) == (asks_for_certificate ? 0 : 1));
  CHECK(SSL_SESSION_get_max_early_data(session.get()) == 0);
  lazy_client second(server.port(), set);
  SSL_set_session(second.tls.native(), session.get());
  REQUIRE(second.connects());
  CHECK(SSL_session_reused(second.tls.native()) == (asks_for_certificate ? 0 : 1));
  CHECK(second.ask(ping).find(" 200 ") != std::string::npos);
}
