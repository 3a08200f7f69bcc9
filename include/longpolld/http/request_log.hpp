#pragma once

#include "longpolld/http/read/request.hpp"
#include "longpolld/thread/address_limits.hpp"
#include "longpolld/words/moment.hpp"

#include <string>
#include <unordered_map>

namespace longpolld {

class connection;

/// Writes a line at debug level for each request once it is answered: who asked what, the status, and how
/// long it took. What a line needs is kept here, beside the connections, and only while that level is on, so
/// that a parked poll pays nothing for it otherwise. Thread: one.
class request_log {
 public:
  /// Whether lines are written: who begins none spares finding out what is in it.
  [[nodiscard]] static bool is_on();

  /// A head was read. To be called only while the log is on.
  void begin(const connection& by, const request& asked, client_key client, steady_time now);
  /// It is answered.
  void end(const connection& by, int status, steady_time now) {
    if (!noted_.empty()) write(by, status, now);
  }
  /// The connection is gone, answered or not.
  void gone(const connection& by, steady_time now) noexcept {
    if (!noted_.empty()) write_gone(by, now);
  }

 private:
  struct line {
    std::string method;
    std::string path;
    std::string query;
    client_key client = 0;
    steady_time begun;
  };

  void write(const connection& by, int status, steady_time now);
  void write_gone(const connection& by, steady_time now) noexcept;

  std::unordered_map<const connection*, line> noted_;  // one a connection: the one that is being answered
};

}  // namespace longpolld
