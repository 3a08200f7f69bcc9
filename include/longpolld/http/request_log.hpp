#pragma once

#include "longpolld/http/read/request.hpp"
#include "longpolld/parts/access_line.hpp"
#include "longpolld/thread/address_limits.hpp"
#include "longpolld/thread/io/access_log.hpp"
#include "longpolld/thread/shard.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace longpolld {

class connection;

/// Writes a line for each request once it is answered: to the access log if there is one, and to the log
/// while its level is debug. What a line needs is kept here, beside the connections, and only while lines are
/// written, so that a parked poll pays nothing for it otherwise, and then for no more than text_bytes_max of
/// each text. Lines for the access log are handed over in batches, a tenth of a second after the first at the
/// latest. Thread: one.
class request_log final : timed {
 public:
  /// Of a path, a query and a principal's name no more is told.
  static constexpr std::size_t text_bytes_max = 512;

  /// `to`: null without an access log; else it outlives this.
  request_log(shard& core, access_log* to, bool as_json);
  /// Hands over what there is.
  ~request_log();
  request_log(const request_log&) = delete;
  request_log& operator=(const request_log&) = delete;

  /// Whether lines are written: who begins none spares finding out what is in it.
  [[nodiscard]] bool is_on() const { return to_ != nullptr || log::enabled(log::level::debug); }

  /// A head was read. To be called only while it is on.
  void begin(const connection& by, const request& asked, client_key client);
  /// What came is refused, maybe before its head could be read. To be called only while it is on.
  void begin_refused(const connection& by, client_key client);
  /// Who asks is found to be this principal.
  void recognised(const connection& by, std::string_view principal) {
    if (auto* one = find(by)) one->principal = cut(principal);
  }
  /// Its poll, which was parked, has ended so. `how` stays where it is.
  void unparked(const connection& by, std::string_view how) noexcept {
    if (auto* one = find(by)) one->end = how;
  }
  /// It is answered, with so many bytes.
  void end(const connection& by, int status, std::uint64_t bytes) {
    if (!noted_.empty()) write(by, status, bytes);
  }
  /// The connection is gone, answered or not.
  void gone(const connection& by) noexcept {
    if (!noted_.empty()) write_gone(by);
  }

 private:
  struct line {
    std::string_view method;
    std::string path;
    std::string query;
    client_key client = 0;
    steady_time begun;
    std::string principal;
    std::string_view end;
  };
  using line_ptr = std::unique_ptr<line>;
  static constexpr std::size_t batch_bytes = 16'384;
  static constexpr std::size_t spare_max = 1024;
  static constexpr std::chrono::milliseconds batch_age{100};

  static std::string_view cut(std::string_view text) { return text.substr(0, text_bytes_max); }
  /// Null while no lines are written.
  [[nodiscard]] line* find(const connection& by) noexcept;
  void write(const connection& by, int status, std::uint64_t bytes);
  void write_gone(const connection& by) noexcept;
  void add(const line& one, int status, std::uint64_t bytes);
  [[nodiscard]] line_ptr make(client_key client);
  void put_back(line_ptr one) noexcept;
  void hand_over() noexcept;
  void expired() override { hand_over(); }

  shard& core_;
  access_log* const to_;
  access_line_writer writer_;
  boost::unordered_flat_map<const connection*, line_ptr> noted_;  // of each the one that is being answered
  std::vector<line_ptr> spare_;  // which need no memory for their texts again
  std::string batch_;
  std::size_t batch_lines_ = 0;
};

}  // namespace longpolld
