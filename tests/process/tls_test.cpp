#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <cstdio>
#include <deque>
#include <sys/stat.h>

using namespace longpolld::test;

namespace {

std::vector<std::string> with(const authority::files& of, std::vector<std::string> more = {}) {
  std::vector<std::string> made{"--listen",          "127.0.0.1:0",  "--tls-listen", "127.0.0.1:0",
                                "--tls-certificate", of.certificate, "--tls-key",    of.key};
  made.insert(made.end(), more.begin(), more.end());
  return made;
}

}  // namespace

TEST_CASE("tls_listen without certificate and key is refused, naming all that is missing", "[process]") {
  const auto got = run({"--tls-listen", "8443"});
  CHECK(got.code == 78);
  CHECK(holds(got, "default: tls_certificate: is not set; tls_listen needs a certificate"));
  CHECK(holds(got, "default: tls_key: is not set; tls_listen needs the key of tls_certificate"));
  CHECK(holds(got, "flag --tls-listen"));
}

TEST_CASE("files of TLS without an address that speaks it are refused, naming both", "[process]") {
  for (const auto* flag : {"--tls-certificate", "--tls-key", "--tls-client-ca"}) {
    const auto got = run({flag, "a.pem", "--check-config"});
    CHECK(got.code == 78);
    CHECK(holds(got, std::string("flag ") + flag + ": tls_"));
    CHECK(holds(got, "is set, but no address in tls_listen"));
  }
}

TEST_CASE("an address of tls_listen may not stand in another option too", "[process]") {
  const auto& good = common_certificate();
  const auto got = run({"--listen", "8443", "--tls-listen", "8443,8444,here", "--publish-listen", "8444",
                        "--tls-certificate", good.certificate, "--tls-key", good.key});
  CHECK(got.code == 78);
  CHECK(holds(got, "tls_listen: \"8443\" is in both; an address has one role"));
  CHECK(holds(got, "tls_listen: \"8444\" is in both; an address has one role"));
  CHECK(holds(got, "tls_listen: \"here\" is not an address"));
}

TEST_CASE("an address that another keeps from being listened on is refused, however it is written",
          "[process]") {
  const auto said = [](const char* listen, const char* operators) {
    return run({"--listen", listen, "--admin-listen", operators, "--check-config"});
  };
  const auto got = said("8443", "127.0.0.1:8443");
  CHECK(got.code == 78);
  CHECK(holds(got, "admin_listen: \"127.0.0.1:8443\" is taken by \"8443\" of listen"));
  for (const auto& [one, other] :
       std::vector<std::pair<const char*, const char*>>{{":8443", "localhost:8443"},
                                                        {"[::1]:8443", "[::0:1]:8443"},
                                                        {"127.0.0.1:8443", "0.0.0.0:8443"},
                                                        {"[::1]:8443", "*:8443"},
                                                        {"8443,localhost:8443", "8444"}}) {
    CAPTURE(one, other);
    CHECK(said(one, other).code == 78);
  }
  for (const auto& [one, other] :
       std::vector<std::pair<const char*, const char*>>{{"8443", "8444"},
                                                        {"127.0.0.1:8443", "127.0.0.2:8443"},
                                                        {"[::1]:8443", "0.0.0.0:8443"},
                                                        {"127.0.0.1:0", "127.0.0.1:0"}}) {
    CAPTURE(one, other);
    CHECK(said(one, other).code == 0);
  }
}

TEST_CASE("a file of TLS that is none is refused at once, and waited for by nobody", "[process]") {
  const auto& good = common_certificate();
  const auto pipe = common_authority().write("") + ".pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const auto& files : {authority::files{good.certificate, pipe}, authority::files{pipe, good.key}}) {
    const auto got = run(with(files, {"--check-config"}));
    CHECK(got.code == 78);
    CHECK(holds(got, "is not a regular file"));
  }
}

TEST_CASE("a certificate or key that cannot be used is refused at start, with file and reason", "[process]") {
  const auto& good = common_certificate();
  const auto got = run(with({"/nowhere/a.pem", good.key}));
  CHECK(got.code == 78);
  CHECK(holds(got, "flag --tls-certificate: tls_certificate: \"/nowhere/a.pem\": No such file or directory"));
  const auto other = common_authority().issue();
  const auto wrong = run(with({good.certificate, other.key}, {"--check-config"}));
  CHECK(wrong.code == 78);
  CHECK(holds(wrong, "does not fit the certificate in " + good.certificate + ": key values mismatch"));
}

TEST_CASE("listen may be empty where tls_listen is not, and its health is asked over TLS", "[process]") {
  const auto& good = common_certificate();
  process server({"--listen", "", "--tls-listen", "127.0.0.1:0", "--tls-certificate", good.certificate,
                  "--tls-key", good.key});
  REQUIRE(server.says("speaks=https"));
  CHECK_FALSE(server.output().find("speaks=http ") != std::string::npos);
  const auto at = "127.0.0.1:" + std::to_string(server.port());
  CHECK(run({"--health", "--listen", "", "--tls-listen", at, "--tls-certificate", good.certificate,
             "--tls-key", good.key})
            .code == 0);
}

TEST_CASE("health is told, too, where only who has a certificate is answered", "[process]") {
  const auto& good = common_certificate();
  const std::vector<std::string> files{"--tls-certificate", good.certificate,
                                       "--tls-key",         good.key,
                                       "--tls-client-ca",   common_authority().certificate()};
  const auto at = [&](const std::string& address, std::vector<std::string> more) {
    more.insert(more.end(), {"--listen", "", "--tls-listen", address});
    more.insert(more.end(), files.begin(), files.end());
    return more;
  };
  std::string address;
  {
    process server(at("127.0.0.1:0", {}));
    REQUIRE(server.says("speaks=https"));
    address = "127.0.0.1:" + std::to_string(server.port());
    CHECK(run(at(address, {"--health"})).code == 0);
  }
  CHECK(run(at(address, {"--health"})).code == 1);
}

TEST_CASE("a key that anyone may read is warned of at start", "[process]") {
  const auto own = common_authority().issue();
  ::chmod(own.key.c_str(), 0644);
  process server(with(own));
  CHECK(server.says("anyone on this machine may read the key in " + own.key));
}

#ifndef LONGPOLLD_SANITIZED
TEST_CASE("memory of TLS connections that have ended goes back to the system", "[process]") {
  process server(with(common_certificate(), {"--threads", "1"}));
  const auto port = server.port(1);
  const auto at_rest = server.resident_bytes();
  constexpr std::size_t count = 2'000;
  {
    std::deque<client> all;
    for (std::size_t i = 0; i < count; ++i)
      REQUIRE(all.emplace_back(port, tls_stream::settings{}).get("/healthz"));
    CHECK(server.resident_bytes() > at_rest + count * 12'000);
    CHECK(server.resident_bytes() < at_rest + count * 18'000);
  }
  CHECK(eventually([&] { return server.resident_bytes() < at_rest + count * 4'000; }));
}
#endif

TEST_CASE("the commands speak https with a server whose certificate is trusted", "[process]") {
  process server(with(common_certificate()));
  const auto& known = common_authority().certificate();
  const auto url = "https://localhost:" + std::to_string(server.port(1));
  const auto refused = run({"publish", "--url", url, "a", "1"});
  CHECK(refused.code != 0);
  CHECK(holds(refused, "unable to get local issuer certificate"));
  CHECK(run({"publish", "--url", url, "--ca", known, "a", "1"}).code == 0);
  CHECK(holds(run({"publish", "--url", url, "--insecure", "a", "2"}),
              "--insecure: whoever answers is taken for the server"));
  const auto seen = run({"tail", "--url", url, "--ca", known, "--since", "all", "--count", "2", "a"});
  CHECK(seen.code == 0);
  CHECK(holds(seen, "\"data\":2"));
  for (const auto& [flag, value] : {std::pair<std::string, std::string>{"--ca", known}, {"--insecure", ""}}) {
    std::vector<std::string> arguments{"publish", "--url", "http://localhost:1", flag};
    if (!value.empty()) arguments.push_back(value);
    arguments.insert(arguments.end(), {"a", "1"});
    const auto got = run(arguments);
    CHECK(got.code == 64);
    CHECK(holds(got, flag + ": is for a --url of https"));
  }
}

TEST_CASE("--health works for a user who may not read the TLS key", "[process]") {
  const auto& good = common_certificate();
  process server(with(good));
  const auto address = "127.0.0.1:" + std::to_string(server.port());
  CHECK(run({"--health", "--listen", address, "--tls-listen", "127.0.0.1:0", "--tls-certificate",
             good.certificate, "--tls-key", "/nowhere/key.pem"})
            .code == 0);
}
