#include "longpolld/words/log.hpp"

#include "longpolld/words/utc_text.hpp"
#include "longpolld/words/utf8.hpp"

#include <spdlog/details/console_globals.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <unistd.h>

namespace longpolld::log {
namespace {

constexpr std::size_t value_bytes_max = 256;

constexpr std::string_view level_word(level at) {
  constexpr std::string_view words[] = {"debug", "info", "warning", "error", "off"};
  return words[static_cast<std::size_t>(at)];
}

spdlog::level::level_enum of(level at) {
  constexpr spdlog::level::level_enum levels[] = {
      spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err, spdlog::level::off};
  return levels[static_cast<std::size_t>(at)];
}

std::atomic<line_sink*> installed{nullptr};

/// One line after the other, to whoever takes them. Not spdlog's own sink: that one keeps in a stdio buffer
/// what could not be written, and the end of the process then blocks on it.
class front_sink final : public spdlog::sinks::base_sink<spdlog::details::console_mutex::mutex_t> {
  void sink_it_(const spdlog::details::log_msg& line) override {
    const std::string_view text(line.payload.data(), line.payload.size());
    if (auto* to = installed.load()) {
      to->take(text);
    } else {
      put(text);
    }
  }
  void flush_() override {}
};

// Formats are rendered before spdlog sees a line: its patterns do not escape.
struct state {
  std::shared_ptr<spdlog::logger> out;
  format as = format::text;
};

state& the() {
  // Never destroyed: a thread may still log while the process ends.
  static state& one = *[] {
    auto out = std::make_shared<spdlog::logger>("longpolld", std::make_shared<front_sink>());
    out->set_level(spdlog::level::debug);
    out->set_error_handler([](const std::string&) {});
    return new state{out, format::text};
  }();
  return one;
}

std::string now_text() {
  using namespace std::chrono;
  return utc_text(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

std::string value_text(const field& one, bool quoted) {
  if (const auto* number = std::get_if<std::int64_t>(&one.value)) return std::to_string(*number);
  std::string text = printable(std::get<std::string_view>(one.value));
  const bool plain = !text.empty() && text.find_first_of(" =\"\\") == std::string::npos;
  return quoted || !plain ? '"' + text + '"' : text;
}

std::string json_line(level at, std::string_view message, std::span<const field> values) {
  std::string line = R"({"time":")" + now_text() + R"(","level":")" + std::string(level_word(at)) +
                     R"(","message":")" + printable(message) + '"';
  for (const auto& one : values) line += ",\"" + std::string(one.name) + "\":" + value_text(one, true);
  return line + '}';
}

std::string text_line(level at, std::string_view message, std::span<const field> values, format as) {
  std::string line;
  if (as == format::journal) {
    constexpr std::string_view priorities[] = {"<7>", "<6>", "<4>", "<3>", "<3>"};
    line = priorities[static_cast<std::size_t>(at)];
  } else {
    line = now_text() + ' ' + std::string(level_word(at)) + ' ';
  }
  line += printable(message);
  for (const auto& one : values) line += ' ' + std::string(one.name) + '=' + value_text(one, false);
  return line;
}

}  // namespace

void configure(level from, format as) {
  if (as == format::automatic) as = std::getenv("JOURNAL_STREAM") ? format::journal : format::text;
  the().as = as;
  least = from;
}

void install(line_sink* to) { installed = to; }

std::string render(level at, std::string_view message, std::span<const field> values) {
  const format as = the().as;
  return (as == format::json ? json_line(at, message, values) : text_line(at, message, values, as)) + '\n';
}

void write(level at, std::string_view message, std::span<const field> values) noexcept try {
  if (!enabled(at)) return;
  const auto line = render(at, message, values);
  the().out->log(of(at), spdlog::string_view_t(line.data(), line.size()));
} catch (const std::exception&) {
}

int write_all(int descriptor, std::string_view& rest) noexcept {
  while (!rest.empty()) {
    const auto written = ::write(descriptor, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever shares it has made it non-blocking
      pollfd room{descriptor, POLLOUT, 0};
      static_cast<void>(::poll(&room, 1, -1));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void put(std::string_view lines) noexcept { write_all(STDOUT_FILENO, lines); }

std::string printable(std::string_view text) {
  const auto head = utf8::head(text, value_bytes_max);
  return utf8::escaped(head, "\"\\") + (head.size() < text.size() ? "…" : "");
}

}  // namespace longpolld::log
