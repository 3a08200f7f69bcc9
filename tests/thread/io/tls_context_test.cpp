#include "longpolld/thread/io/tls_context.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

std::string bytes_of(const std::string& file) {
  std::ostringstream all;
  all << std::ifstream(file).rdbuf();
  return all.str();
}

config with(const authority::files& of) {
  config made;
  made.tls_certificate = of.certificate;
  made.tls_key = of.key;
  return made;
}

/// "option: what", or nothing when it loads.
std::string fault_of(const config& of) {
  const auto loaded = tls_context::load(of);
  return loaded ? "" : std::string(loaded.error().option) + ": " + loaded.error().what;
}

}  // namespace

TEST_CASE("certificate and key are read, of RSA and of elliptic curves", "[thread][tls]") {
  CHECK(fault_of(with(common_certificate())).empty());
  CHECK(fault_of(with(common_authority().issue({.is_rsa = true}))).empty());
  CHECK((*tls_context::load(with(common_certificate())))->warnings().empty());
}

TEST_CASE("what is wrong with a file is said with its option, its name and the reason", "[thread][tls]") {
  const auto good = with(common_certificate());
  auto of = good;
  of.tls_certificate = "/nowhere/a.pem";
  CHECK(fault_of(of) == "tls_certificate: \"/nowhere/a.pem\": No such file or directory");
  of = good;
  of.tls_key = "/nowhere/b.pem";
  CHECK(fault_of(of) == "tls_key: \"/nowhere/b.pem\": No such file or directory");
  of = good;
  of.tls_client_ca = "/nowhere/c.pem";
  CHECK(fault_of(of) == "tls_client_ca: \"/nowhere/c.pem\": No such file or directory");
  of = good;
  of.tls_certificate = common_authority().write("no certificate");
  CHECK(fault_of(of) == "tls_certificate: \"" + of.tls_certificate + "\": no start line");
  of = good;
  of.tls_key = good.tls_certificate;
  CHECK(fault_of(of).find("tls_key: \"" + of.tls_key + "\": ") == 0);
  of = good;
  of.tls_client_ca = common_authority().write("");
  CHECK(fault_of(of).find("tls_client_ca: \"" + of.tls_client_ca + "\": ") == 0);
  of = good;
  of.tls_certificate = common_authority().write(bytes_of(good.tls_certificate).substr(0, 200));
  CHECK(fault_of(of).find("tls_certificate: ") == 0);
}

TEST_CASE("a key of another certificate is refused", "[thread][tls]") {
  const auto good = with(common_certificate());
  for (const bool is_rsa : {false, true}) {
    auto of = good;
    of.tls_key = common_authority().issue({.is_rsa = is_rsa}).key;
    CHECK(fault_of(of) == "tls_key: \"" + of.tls_key + "\": does not fit the certificate in " +
                              of.tls_certificate + ": " +
                              (is_rsa ? "different key types" : "key values mismatch"));
  }
}

TEST_CASE("a key with a passphrase is refused, and nobody is asked for it", "[thread][tls]") {
  auto of = with(common_certificate());
  of.tls_key = common_authority().write("");
  const auto command =
      "openssl pkcs8 -topk8 -passout pass:secret -in " + common_certificate().key + " -out " + of.tls_key;
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(fault_of(of).find("tls_key: \"" + of.tls_key + "\": ") == 0);
}

TEST_CASE("a key that others may read and a certificate that has expired are warned of", "[thread][tls]") {
  auto of = with(common_authority().issue({.valid_days = -1}));
  ::chmod(of.tls_key.c_str(), 0644);
  const auto loaded = tls_context::load(of);
  REQUIRE(loaded.has_value());
  REQUIRE((*loaded)->warnings().size() == 2);
  CHECK((*loaded)->warnings()[0] == "the certificate in " + of.tls_certificate + " has expired");
  CHECK((*loaded)->warnings()[1] ==
        "anyone on this machine may read the key in " + of.tls_key + ", or change it");
  ::chmod(of.tls_key.c_str(), 0640);  // a group is how services share it
  CHECK((*tls_context::load(of))->warnings().size() == 1);
}
