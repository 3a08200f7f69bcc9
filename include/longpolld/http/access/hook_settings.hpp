#pragma once

#include "longpolld/http/http_url.hpp"
#include "longpolld/parts/digest.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// How a site's own backend is asked who may do what: the table [hook], and the limits that come with it.
struct hook_settings {
  http_url url{};                      ///< what is asked, by POST
  std::vector<std::string> forward{};  ///< names of the header fields that are passed on
  std::chrono::seconds timeout{2};     ///< from a question to its answer, waiting for a connection included
  std::chrono::seconds cache{30};      ///< how long an answer counts that does not say so itself
  std::string ca_file{};               ///< whom https trusts, PEM; empty: whom the system trusts
  sha256_digest ca_text{};             ///< of that file, which may be another one behind the same name

  // Limits of one hook. All are set for a backend that answers in some ten milliseconds: 16 connections are
  // above 1,000 questions a second then, and what waits for longer than `timeout` is not answered any more.
  std::size_t max_connections = 16;
  std::size_t max_waiting = 1'000;  ///< questions that wait for a connection
  std::size_t max_waiting_per_address =
      200;  ///< of them: others wait little longer behind these than for 0.2 s
  std::size_t max_waiting_bytes =
      16 << 20;                            ///< of them; one may name as many categories as a batch has events
  std::size_t max_reply_bytes = 64 << 10;  ///< a list of 64 categories with the longest names
  std::size_t max_cached = 65'536;         ///< answers: 10 MB; more than the polls one machine serves
  std::chrono::seconds max_cache{86'400};  ///< what is believed of max-age: a right that was taken away ends
  std::chrono::seconds back_off{1};        ///< after no answer, until the same is asked again
  std::chrono::seconds idle{15};           ///< a kept connection: shorter than what firewalls forget

  static constexpr std::chrono::seconds timeout_max{60};  ///< longer than clients wait for a reply

  /// This field's name as it is passed on, in the spelling of `forward`; null when it is not passed on.
  [[nodiscard]] const std::string* forwards(std::string_view name) const;
  /// What is wrong with them, naming the key; nothing otherwise. The text is meant for the operator.
  [[nodiscard]] std::optional<std::string> fault() const;

  friend bool operator==(const hook_settings&, const hook_settings&) = default;
};

}  // namespace longpolld
