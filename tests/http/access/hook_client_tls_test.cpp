#include "longpolld/http/access/hook_desk.hpp"

#include "http/access/hook_fixture.hpp"

using namespace longpolld;
using namespace longpolld::test;
using namespace std::chrono_literals;

namespace {

/// A backend with TLS and one that asks it, by this name.
struct secure {
  explicit secure(const backend::script& manners, const std::string& host = "localhost",
                  const authority::wish& of = {})
      : files(common_authority().issue(of)),
        server(manners, &files),
        one("https://" + host + ":" + std::to_string(server.port())) {
    one.settings.ca_file = common_authority().certificate();
    one.settings.timeout = 10s;
  }
  authority::files files;
  backend server;
  asking one;
};

void say_yes(backend::peer& to) { to.answer_all(yes); }

}  // namespace

TEST_CASE("a backend is asked over TLS, by name or address, and the connection kept", "[http][tls]") {
  secure of(say_yes, GENERATE("localhost", "127.0.0.1"));
  for (int i = 0; i < 5; ++i) CHECK(of.one.kind() == hook_kind::allowed);
  CHECK((of.server.requests() == 5 && of.server.connections() == 1));
}

TEST_CASE("a backend's certificate must be for its name, and signed by whom we trust", "[http][tls]") {
  const std::string bad = "its certificate is not good: ";
  {
    secure of(say_yes, "localhost", {.alternatives = "DNS:example.org"});
    CHECK(of.one.why() == bad + "hostname mismatch");
    CHECK(of.server.requests() == 0);
  }
  {
    secure of(say_yes, "127.0.0.1", {.alternatives = "DNS:localhost"});
    CHECK(of.one.why() == bad + "IP address mismatch");
  }
  {
    secure of(say_yes, "localhost", {.valid_days = -1});
    CHECK(of.one.why() == bad + "certificate has expired");
  }
  for (const bool of_the_system : {true, false}) {
    secure of(say_yes);
    const authority other("another authority");
    of.one.settings.ca_file = of_the_system ? "" : other.certificate();
    CHECK(of.one.why().starts_with(bad));
    CHECK(of.server.requests() == 0);
  }
}

TEST_CASE("a file of authorities that cannot be read is an error at the start", "[http][tls]") {
  config limits;
  limits.threads = 1;
  shard_pool pool(limits, [](config::limit) {});
  hook_settings settings;
  settings.url = *http_url::parse("https://localhost");
  settings.ca_file = "/nowhere";
  address_limits addresses(limits);
  CHECK_THROWS_WITH(hook_desk(settings, pool, addresses),
                    "cannot read \"/nowhere\": No such file or directory");
}

TEST_CASE("a second reply never answers another question over TLS either", "[http][tls]") {
  const bool in_one_record = GENERATE(true, false);
  secure of([&](backend::peer& to) {
    if (to.number > 1) return to.answer_all(canned(403, ""));
    if (!to.request()) return;
    if (in_one_record) {
      to.send(canned(401, "") + canned(200, ""));
    } else {
      to.send(canned(401, ""));
      to.send(canned(200, ""));
    }
    to.await_end();
  });
  CHECK(of.one.kind() == hook_kind::unauthorized);
  // What came in another record may come a moment later, and ends the connection then.
  CHECK(eventually([&] { return of.one.connections() == 0; }));
  CHECK(of.one.kind() == hook_kind::forbidden);
}

TEST_CASE("a kept connection that ends is replaced over TLS too", "[http][tls]") {
  secure of([&](backend::peer& to) {
    if (!to.request()) return;
    to.send(yes);
    if (to.number == 1) to.request();
  });
  for (int i = 0; i < 2; ++i) CHECK(of.one.kind() == hook_kind::allowed);
  CHECK((of.server.requests() == 3 && of.server.connections() == 2));
}

TEST_CASE("half a reply, and one without end, are no answers over TLS either", "[http][tls]") {
  secure half([](backend::peer& to) {
    if (to.request()) to.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}");
  });
  CHECK(half.one.why() == "its reply ended half way");
  secure endless([](backend::peer& to) {
    if (!to.request() || !to.send("HTTP/1.1 200 OK\r\n\r\n")) return;
    while (to.send(std::string(1024, 'x'))) {
    }
  });
  CHECK(endless.one.why() == "its reply has more than 65536 bytes");
}

TEST_CASE("a backend that never shakes hands costs its timeout, one that speaks no TLS nothing",
          "[http][tls]") {
  const bool is_mute = GENERATE(true, false);
  backend server([&](backend::peer& to) {
    if (!is_mute) to.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    to.await_end();
  });
  asking one("https://127.0.0.1:" + std::to_string(server.port()));
  one.settings.timeout = 1s;
  CHECK(one.why() == (is_mute ? "no answer within 1 seconds" : "TLS: wrong version number"));
  CHECK(one.connections() == 0);
}
