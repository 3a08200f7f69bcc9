#pragma once

#include "longpolld/words/log.hpp"
#include "longpolld/words/setting.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace longpolld {

/// Whether the demo pages are served; `automatic`: while every address is loopback.
enum class demo_mode : std::uint8_t { automatic, on, off };

/// Every option and limit of the daemon, with its default. Names end in their unit. The table that
/// `settings()` returns adds range, unit, help and the default's reason: flags, environment and TOML are read
/// by it, --help and config/longpolld.toml are made of it.
struct config {
  using number = setting::number;
  using limit = setting::limit;
  using list = setting::list;
  using string = std::string;

  list listen{"127.0.0.1:8080"};
  list publish_listen;
  list tls_listen;
  string tls_certificate;
  string tls_key;
  string tls_client_ca;
  number threads = 0;
  list cors_allow_origins;
  list allowed_hosts;
  demo_mode demo = demo_mode::off;

  number default_longpoll_timeout_seconds = 30;
  number max_longpoll_timeout_seconds = 120;
  number max_parked_polls = 100'000;
  number max_parked_polls_per_category = 100'000;
  number max_parked_polls_per_address = 4'096;
  number max_parked_seats = 400'000;
  number max_parked_seats_per_address = 16'384;

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

/// All settings, grouped, in the order `--help` shows them.
[[nodiscard]] std::span<const setting> settings();

/// The setting that is this member. Precondition: the table has it, as a test holds.
[[nodiscard]] const setting& setting_of(config::limit member);
[[nodiscard]] const setting& setting_of(config::list config::*member);
[[nodiscard]] const setting& setting_of(config::string config::*member);

/// The setting of this name, or null.
[[nodiscard]] const setting* find_setting(std::string_view name);

}  // namespace longpolld
