#include "longpolld/parts/digest.hpp"

#include <charconv>
#include <new>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace longpolld {
namespace {

/// Fetched once: fetching takes longer than the digest of a token.
const EVP_MD* sha256_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (!method) throw std::bad_alloc();
  return method;
}

}  // namespace

sha256_digest sha256(std::string_view text) {
  sha256_digest made{};
  if (EVP_Digest(text.data(), text.size(), made.data(), nullptr, sha256_method(), nullptr) != 1) {
    throw std::bad_alloc();  // which is all that can fail
  }
  return made;
}

bool same_digest(const sha256_digest& a, const sha256_digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<sha256_digest> digest_from_hex(std::string_view text) {
  sha256_digest made{};
  if (text.size() != 2 * made.size()) return std::nullopt;
  const auto* at = text.data();
  for (auto& byte : made) {
    const auto [end, failed] = std::from_chars(at, at + 2, byte, 16);
    if (failed != std::errc{} || end != at + 2) return std::nullopt;
    at = end;
  }
  return made;
}

std::string to_hex(const sha256_digest& digest) {
  std::string made;
  for (const auto byte : digest) {
    made += "0123456789abcdef"[byte >> 4U];
    made += "0123456789abcdef"[byte & 0xfU];
  }
  return made;
}

}  // namespace longpolld
