#pragma once

#include "longpolld/words/log.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace longpolld {

/// Whether the demo pages are served; `automatic`: while every address is loopback.
enum class demo_mode : std::uint8_t { automatic, on, off };

/// Every option and limit of the daemon, with its default. Names end in their unit; the table that
/// `settings()` returns adds range, reason and help, and is what TOML, environment and flags are read by.
struct config {
  using number = std::int64_t;
  using limit = number config::*;  ///< a limit is named by its member
  using list = std::vector<std::string>;

  list listen{"127.0.0.1:8080"};
  list publish_listen;
  number threads = 0;
  list cors_allow_origins;
  list allowed_hosts;
  demo_mode demo = demo_mode::automatic;

  number default_longpoll_timeout_seconds = 30;
  number max_longpoll_timeout_seconds = 120;
  number max_parked_polls = 100'000;
  number max_parked_polls_per_category = 100'000;
  number max_parked_polls_per_address = 4'096;
  number max_parked_seats = 400'000;

  number max_event_buffer_size = 250;
  number event_time_to_live_seconds = 0;
  bool delete_event_after_first_retrieval = false;
  number max_categories = 100'000;
  number max_buffer_bytes = 256LL << 20;
  number max_event_bytes = 64LL << 10;
  number max_batch_events = 1'000;
  number max_events_per_reply = 250;
  number max_reply_bytes = 1LL << 20;

  number max_connections = 65'536;
  number max_connections_per_address = 8'192;
  list trusted_proxies{"127.0.0.0/8", "::1"};
  number max_events_per_second_per_address = 0;
  number max_requests_per_connection = 1'000;
  number max_request_line_bytes = 8'192;
  number max_header_bytes = 16'384;
  number max_header_fields = 100;
  number max_body_bytes = 1LL << 20;
  number max_request_bytes_in_flight = 64LL << 20;
  number max_reply_bytes_in_flight = 128LL << 20;
  number head_timeout_seconds = 10;
  number body_timeout_seconds = 30;
  number body_grace_seconds = 10;
  number min_body_bytes_per_second = 500;
  number idle_timeout_seconds = 120;
  number write_timeout_seconds = 10;
  number min_reply_bytes_per_second = 500;
  number drain_delay_seconds = 2;
  number drain_timeout_seconds = 10;

  log::level log_level = log::level::info;
  log::format log_format = log::format::automatic;
  bool logging_enabled = true;
};

/// A member of an enum type. Its values are 0, 1, …, named by a setting's `words` in that order.
struct choice {
  std::size_t (*index)(const config& of);
  void (*choose)(config& of, std::size_t index);
};

/// What a setting is: where it lives in `config`, what it may be, why.
struct setting {
  using member = std::variant<config::number config::*, bool config::*, choice, config::list config::*>;

  std::string_view name;
  std::string_view group;
  member where;
  config::number least = 0;  ///< of a number
  config::number most = 0;   ///< of a number
  std::string_view words;    ///< of a choice: what is allowed, separated by spaces
  std::string_view help;     ///< what it does, its unit, why the default

  /// "a whole number from 1 to 86400", "true or false", …
  [[nodiscard]] std::string allowed() const;
  /// The value as TOML would write it.
  [[nodiscard]] std::string show(const config& of) const;
  /// Sets the value to what `text` says: numbers in decimal, lists separated by commas. Returns what is wrong
  /// with it, and sets nothing then.
  [[nodiscard]] std::optional<std::string> read(config& into, std::string_view text) const;
  /// The same for a number at hand. Precondition: the setting is one of a number.
  [[nodiscard]] std::optional<std::string> read(config& into, config::number value) const;
};

/// All settings, grouped, in the order `--help` shows them.
[[nodiscard]] std::span<const setting> settings();

/// The setting that is this member. Precondition: the table has it, as a test holds.
[[nodiscard]] const setting& setting_of(config::limit member);

/// The setting of this name, or null.
[[nodiscard]] const setting* find_setting(std::string_view name);

/// Two values that contradict each other: `keys` names both, `what` is wrong with them.
struct contradiction {
  std::string_view key;
  std::string_view other;
  std::string what;
};
[[nodiscard]] std::vector<contradiction> contradictions(const config& of);

}  // namespace longpolld
