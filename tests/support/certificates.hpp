#pragma once

#include "support/folder.hpp"

#include <filesystem>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace longpolld::test {

/// Makes certificates, in a folder that is gone at the end.
class authority {
 public:
  struct files {
    std::string certificate;
    std::string key;
  };
  struct wish {
    std::string name = "localhost";
    std::string alternatives = "DNS:localhost,IP:127.0.0.1,IP:::1";
    std::string purpose{};  ///< extendedKeyUsage; empty: any
    long valid_days = 2;    ///< negative: until so many days ago
    bool is_rsa = false;    ///< else its key is of the curve P-256
  };

  explicit authority(const std::string& name = "an authority for tests");
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

  /// Its own certificate.
  [[nodiscard]] const std::string& certificate() const { return certificate_; }
  files issue(const wish& of);
  files issue() { return issue(wish{}); }
  /// A file in its folder, written with mode 0600.
  [[nodiscard]] std::string write(const std::string& text);

 private:
  const folder folder_{std::filesystem::temp_directory_path()};
  std::string certificate_;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> own_;
  int count_ = 0;
};

/// One for all tests that need nothing particular, and a certificate of it.
authority& common_authority();
const authority::files& common_certificate();

}  // namespace longpolld::test
