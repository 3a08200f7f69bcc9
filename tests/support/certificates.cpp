#include "support/certificates.hpp"

#include <filesystem>
#include <fstream>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace longpolld::test {
namespace {

using key_ptr = std::shared_ptr<EVP_PKEY>;
using certificate_ptr = std::shared_ptr<X509>;

constexpr long day = 86'400;

key_ptr make_key(bool is_rsa) {
  auto* made = is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
  if (!made) throw std::runtime_error("no key");
  return {made, EVP_PKEY_free};
}

void extend(X509* one, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, one, nullptr, nullptr, 0);
  auto* made = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  if (!made) throw std::runtime_error("no extension: " + value);
  X509_add_ext(one, made, -1);
  X509_EXTENSION_free(made);
}

certificate_ptr make_certificate(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                                 long valid_days) {
  static long serial = 0;
  certificate_ptr made(X509_new(), X509_free);
  auto* one = made.get();
  X509_set_version(one, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(one), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(one), -10 * day);
  X509_gmtime_adj(X509_getm_notAfter(one), valid_days * day);
  X509_set_pubkey(one, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(one), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(one, X509_get_subject_name(issuer ? issuer : one));
  extend(one, issuer ? issuer : one, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  if (!issuer) X509_sign(one, issuer_key, EVP_sha256());
  return made;
}

std::string text_of(X509* one) {
  const std::shared_ptr<BIO> to(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(to.get(), one);
  char* at = nullptr;
  const auto bytes = BIO_get_mem_data(to.get(), &at);
  return {at, static_cast<std::size_t>(bytes)};
}

std::string text_of(EVP_PKEY* one) {
  const std::shared_ptr<BIO> to(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(to.get(), one, nullptr, nullptr, 0, nullptr, nullptr);
  char* at = nullptr;
  const auto bytes = BIO_get_mem_data(to.get(), &at);
  return {at, static_cast<std::size_t>(bytes)};
}

}  // namespace

authority::authority(const std::string& name) {
  key_ = make_key(false);
  own_ = make_certificate(name, key_.get(), nullptr, key_.get(), 10);
  certificate_ = write(text_of(own_.get()));
}

std::string authority::write(const std::string& text) {
  auto path = folder_ / (std::to_string(++count_) + ".pem");
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
  return path;
}

authority::files authority::issue(const wish& of) {
  const auto key = make_key(of.is_rsa);
  const auto made = make_certificate(of.name, key.get(), own_.get(), key_.get(), of.valid_days);
  if (!of.alternatives.empty()) extend(made.get(), own_.get(), NID_subject_alt_name, of.alternatives);
  if (!of.purpose.empty()) extend(made.get(), own_.get(), NID_ext_key_usage, of.purpose);
  X509_sign(made.get(), key_.get(), EVP_sha256());
  return {write(text_of(made.get())), write(text_of(key.get()))};
}

authority& common_authority() {
  static authority one;
  return one;
}

const authority::files& common_certificate() {
  static const auto one = common_authority().issue();
  return one;
}

}  // namespace longpolld::test
