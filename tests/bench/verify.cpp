// What verifying a token costs beside OpenSSL's own time for its signature, in one thread's CPU time.
//   bench_verify ROUNDS
#include "longpolld/parts/base64url.hpp"
#include "longpolld/parts/jwt.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <stdexcept>

namespace {

using namespace longpolld;

double cpu_us() {
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) * 1e6 + static_cast<double>(at.tv_nsec) * 1e-3;
}

void need(bool holds) {
  if (!holds) throw std::runtime_error("not verified");
}

using pkey_ptr = std::shared_ptr<EVP_PKEY>;

std::string pem_of(EVP_PKEY* key, bool is_private) {
  const std::unique_ptr<BIO, int (*)(BIO*)> to(BIO_new(BIO_s_mem()), BIO_free);
  is_private ? PEM_write_bio_PrivateKey(to.get(), key, nullptr, nullptr, 0, nullptr, nullptr)
             : PEM_write_bio_PUBKEY(to.get(), key);
  char* at = nullptr;
  const auto bytes = BIO_get_mem_data(to.get(), &at);
  return {at, static_cast<std::size_t>(bytes)};
}

/// r and s as OpenSSL wants them: two integers of DER.
std::string to_der(std::string_view raw) {
  const auto integer = [](std::string_view from) {
    while (from.size() > 1 && from.front() == '\0') from.remove_prefix(1);
    std::string made(from);
    if ((static_cast<unsigned char>(made.front()) & 0x80U) != 0) made.insert(0, 1, '\0');
    return std::string{'\x02', static_cast<char>(made.size())} + made;
  };
  const auto both = integer(raw.substr(0, 32)) + integer(raw.substr(32));
  return std::string{'\x30', static_cast<char>(both.size())} + both;
}

/// OpenSSL alone: fetched once, as a library would.
class bare {
 public:
  bare(jwt_algorithm of, std::string secret, pkey_ptr key)
      : of_(of),
        secret_(std::move(secret)),
        key_(std::move(key)),
        digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
    auto* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    mac_ = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
  }
  ~bare() {
    EVP_MAC_CTX_free(mac_);
    EVP_MD_free(digest_);
  }
  bare(const bare&) = delete;
  bare& operator=(const bare&) = delete;

  void operator()(std::string_view text, std::string_view signature) const {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const auto* by = reinterpret_cast<const unsigned char*>(signature.data());
    if (of_ == jwt_algorithm::hs256) {
      char name[] = "SHA256";
      const OSSL_PARAM with[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                 OSSL_PARAM_END};
      unsigned char made[32];
      std::size_t size = 0;
      EVP_MAC_init(mac_, reinterpret_cast<const unsigned char*>(secret_.data()), secret_.size(), with);
      EVP_MAC_update(mac_, bytes, text.size());
      EVP_MAC_final(mac_, made, &size, sizeof made);
      return need(signature == std::string_view(reinterpret_cast<char*>(made), size));
    }
    auto* context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, of_ == jwt_algorithm::eddsa ? nullptr : digest_, nullptr,
                         key_.get());
    const int is = EVP_DigestVerify(context, by, signature.size(), bytes, text.size());
    EVP_MD_CTX_free(context);
    need(is == 1);
  }

 private:
  jwt_algorithm of_;
  std::string secret_;
  pkey_ptr key_;
  EVP_MD* digest_;
  EVP_MAC_CTX* mac_ = nullptr;
};

void measure(jwt_algorithm of, const pkey_ptr& key, long rounds) {
  const std::string secret(40, 'k');
  const bool is_secret = of == jwt_algorithm::hs256;
  const auto keys = *jwt_keys::read(of, is_secret ? secret : pem_of(key.get(), false));
  const jwt_rules rules{&keys, "https://example.org", "longpolld", 5, false};
  const std::string claims =
      R"({"sub":"alice","iss":"https://example.org","aud":"longpolld","exp":4000000000,"iat":1700000000})";
  const auto token = *sign(of, is_secret ? secret : pem_of(key.get(), true), claims);
  const auto dot = token.rfind('.');
  const auto text = token.substr(0, dot);
  auto signature = *from_base64url(std::string_view(token).substr(dot + 1));
  if (of == jwt_algorithm::es256) signature = to_der(signature);
  const bare alone(of, secret, key);
  constexpr unix_ms now = 1'800'000'000'000;
  double ours = 0, openssl = 0;
  for (int part = 0; part < 10; ++part) {  // in turns, since a shared machine's speed drifts
    auto begin = cpu_us();
    for (long i = 0; i < rounds / 10; ++i) need(bool(verify(token, rules, now)));
    ours += cpu_us() - begin;
    begin = cpu_us();
    for (long i = 0; i < rounds / 10; ++i) alone(text, signature);
    openssl += cpu_us() - begin;
  }
  const auto each = static_cast<double>(rounds / 10 * 10);
  std::printf("%s %.3f %.3f\n", std::string(name_of(of)).c_str(), ours / each, openssl / each);
}

}  // namespace

int main(int, char** arguments) {
  const long rounds = std::atol(arguments[1]);
  const auto made = [](auto... how) {
    return pkey_ptr(EVP_PKEY_Q_keygen(nullptr, nullptr, how...), EVP_PKEY_free);
  };
  measure(jwt_algorithm::hs256, nullptr, 20 * rounds);
  measure(jwt_algorithm::es256, made("EC", "P-256"), rounds);
  measure(jwt_algorithm::eddsa, made("ED25519"), rounds);
  measure(jwt_algorithm::rs256, made("RSA", std::size_t{2048}), rounds);
}
