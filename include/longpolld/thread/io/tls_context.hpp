#pragma once

#include "longpolld/parts/digest.hpp"
#include "longpolld/words/config.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;

namespace longpolld {

/// Certificate, key and rules of the TLS addresses: TLS 1.2 and 1.3, HTTP/1.1, nothing else. Immutable, so
/// that another one replaces it; connections keep the one they began with. Any thread may use it.
class tls_context {
 public:
  /// What is wrong with the file that an option names.
  struct fault {
    std::string_view option;
    std::string what;
  };
  using loaded = boost::system::result<std::shared_ptr<const tls_context>, fault>;

  /// Reads the files of tls_certificate, tls_key and tls_client_ca.
  [[nodiscard]] static loaded load(const config& from);

  /// What an operator should know of files that can be used all the same.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  /// Of the file of tls_client_ca: whose certificates are asked for; zeroes: nobody's.
  [[nodiscard]] const sha256_digest& client_ca() const { return client_ca_; }
  [[nodiscard]] ssl_ctx_st* native() const { return native_.get(); }

 private:
  struct freeing {
    void operator()(ssl_ctx_st* of) const;
  };

  tls_context();
  void set_rules();
  void read_certificate(const std::string& file);
  void read_key(const std::string& file, const std::string& certificate);
  void read_client_ca(const std::string& file);

  std::unique_ptr<ssl_ctx_st, freeing> native_;
  std::vector<std::string> warnings_;
  sha256_digest client_ca_{};
};

/// Reached only by calling value() on what failed to load without looking first.
[[noreturn]] inline void throw_exception_from_error(const tls_context::fault& failed,
                                                    const boost::source_location&) {
  throw std::logic_error(failed.what);
}

}  // namespace longpolld
