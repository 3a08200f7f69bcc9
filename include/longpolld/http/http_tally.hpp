#pragma once

#include "longpolld/parts/tally.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace longpolld {

/// What a connection is doing.
enum class connection_stage : std::uint8_t { idle, head, body, waiting, writing, lingering, closed };
inline constexpr std::array<std::string_view, 6> connection_stage_names = {"idle",    "head",    "body",
                                                                           "waiting", "writing", "lingering"};

/// How a parked poll ended.
enum class poll_end : std::uint8_t {
  event,
  timeout,
  gone,     ///< its client left
  stopped,  ///< by the server's end
  token_expired,
  rights_taken,  ///< by a reload
  shed,          ///< for the bytes held of requests that wait behind it
};
inline constexpr std::array<std::string_view, 7> poll_end_names = {
    "event", "timeout", "gone", "stopped", "token_expired", "rights_taken", "shed"};

/// What became of the question whether a request may do what it asks for.
enum class access_verdict : std::uint8_t {
  allowed,
  malformed,  ///< credentials that contradict each other
  unauthorized,
  forbidden,
  unknown_category,
  guessing,     ///< wrong credentials came too fast
  crowded,      ///< too many questions of this address wait for the site's backend
  unavailable,  ///< the site's backend did not say
  asked,        ///< the site's backend is asked first; it is judged anew after that
};
inline constexpr std::array<std::string_view, 9> access_verdict_names = {
    "allowed",  "malformed", "unauthorized", "forbidden", "unknown_category",
    "guessing", "crowded",   "unavailable",  "asked"};

/// What the connections of one shard count. Thread: the shard's; any may read.
struct http_tally {
  static constexpr std::size_t routes_max = 24, classes = 5;

  std::array<std::array<tally, classes>, routes_max + 1> requests;  ///< by route, the last is of none; 1xx …
  std::array<tally, poll_end_names.size()> polls_ended;
  std::array<tally, connection_stage_names.size()> connections;  ///< by stage, now; but for closed ones
  std::array<tally, access_verdict_names.size()> verdicts;
  tally accepted;
  tally received_bytes, sent_bytes;

  void answered(std::size_t route, int status) {
    requests[route][static_cast<std::size_t>(status / 100 - 1)].add();
  }
  void ended(poll_end how) { polls_ended[static_cast<std::size_t>(how)].add(); }
  void judged(access_verdict what) { verdicts[static_cast<std::size_t>(what)].add(); }
  void entered(connection_stage next) { connections[static_cast<std::size_t>(next)].add(); }
  void left(connection_stage before) { connections[static_cast<std::size_t>(before)].add(-1); }
};

}  // namespace longpolld
