#pragma once

#include "longpolld/words/log.hpp"
#include "longpolld/words/option.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace longpolld {

/// Whether the demo pages are served; `automatic`: while every address is loopback.
enum class demo_mode : std::uint8_t { automatic, on, off };

/// Where what was published is kept: in memory, in a file that outlives the process, or in Redis, for several
/// nodes.
enum class store_kind : std::uint8_t { memory, journal, redis };
/// When the journal's file is brought to the disk: before a publish is answered, or now and then.
enum class sync_mode : std::uint8_t { commit, interval };
/// The form of the access log's lines.
enum class access_log_format : std::uint8_t { off, text, json };

/// Every option and limit of the daemon, with its default. Names end in their unit. The table that
/// `all_options()` returns adds range, unit, help and the default's reason: flags, environment and TOML are
/// read by it, --help and config/longpolld.toml are made of it.
struct config {
  using number = option::number;
  using limit = option::limit;
  using list = option::list;
  using string = std::string;

  list listen{"127.0.0.1:8080"};
  list publish_listen;
  list tls_listen;
  list admin_listen;
  string tls_certificate;
  string tls_key;
  string tls_client_ca;
  number threads = 0;
  list cors_allow_origins;
  list allowed_hosts;
  list known_categories;
  string token_cookie;
  bool token_in_query = false;
  demo_mode demo = demo_mode::off;
  number shared_cache_seconds = 0;

  store_kind store = store_kind::memory;
  string journal_file;
  sync_mode journal_sync = sync_mode::commit;
  number journal_sync_interval_ms = 1'000;
  string redis_url;
  string redis_password_file;
  string redis_ca_file;
  string redis_prefix{"longpolld"};
  number redis_timeout_seconds = 2;
  number redis_log_events = 100'000;
  number redis_category_keep_days = 30;
  number redis_wait_replicas = 0;
  number max_unstored_events = 100'000;
  number max_unstored_bytes = 64LL << 20;
  number store_timeout_seconds = 10;
  number idempotency_seconds = 300;
  number max_idempotency_keys = 100'000;

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
  number max_admin_connections = 64;
  list trusted_proxies{"127.0.0.0/8", "::1"};
  number max_events_per_second_per_address = 0;
  number max_wrong_credentials_per_second_per_address = 100;
  number max_cached_tokens = 10'000;
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
  access_log_format access_log = access_log_format::off;
  string access_log_file;
};

/// All options, grouped, in the order `--help` shows them.
[[nodiscard]] std::span<const option> all_options();

/// The option that is this member. Precondition: the table has it, as a test holds.
[[nodiscard]] const option& option_of(config::limit member);
[[nodiscard]] const option& option_of(config::list config::*member);
[[nodiscard]] const option& option_of(config::string config::*member);

/// The option of this name, or null.
[[nodiscard]] const option* find_option(std::string_view name);

}  // namespace longpolld
