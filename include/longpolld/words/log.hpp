#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

/// The daemon's log: one line an event on standard output, or wherever `install` sends it. Any thread may
/// call. Values are escaped and cut at 256 bytes here, so callers pass what a client sent as it came.
namespace longpolld::log {

enum class level : std::uint8_t { debug, info, warn, error, off };
enum class format : std::uint8_t { automatic, text, journal, json };

/// A named value of a line. It only views its text, so a line that is not written costs nothing.
struct field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;

  field(std::string_view n, std::string_view v) : name(n), value(v) {}
  field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  template <std::integral T>
  field(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
};
using fields = std::initializer_list<field>;

/// Called once before threads start. `automatic` means: journal lines when JOURNAL_STREAM is set, else text.
void configure(level from, format as);

/// The least level that is written.
inline std::atomic<level> least{level::warn};
/// Whether a line of this level would be written; cheap.
/// Any thread.
inline void set_level(level from) { least.store(from, std::memory_order_relaxed); }

[[nodiscard]] inline bool enabled(level at) { return at >= least.load(std::memory_order_relaxed); }

/// A line for which there is no memory is left out.
void write(level at, std::string_view message, std::span<const field> values) noexcept;
inline void write(level at, std::string_view message, fields values = {}) noexcept {
  write(at, message, std::span(values.begin(), values.size()));
}

inline void debug(std::string_view message, fields values = {}) { write(level::debug, message, values); }
inline void info(std::string_view message, fields values = {}) { write(level::info, message, values); }
inline void warn(std::string_view message, fields values = {}) { write(level::warn, message, values); }
inline void error(std::string_view message, fields values = {}) { write(level::error, message, values); }

/// Takes finished lines, each with its line break, in place of standard output. Any thread.
class line_sink {
 public:
  virtual void take(std::string_view line) noexcept = 0;

 protected:
  ~line_sink() = default;
};

/// Sends lines to `to` from now on; null: straight to standard output, as at first. Writing there blocks the
/// caller as long as a reader is slow. Precondition: `to` lives until another one is installed.
void install(line_sink* to);

/// A finished line with its line break, whatever its level.
[[nodiscard]] std::string render(level at, std::string_view message, std::span<const field> values);
[[nodiscard]] inline std::string render(level at, std::string_view message, fields values = {}) {
  return render(at, message, std::span(values.begin(), values.size()));
}

/// Writes to a descriptor, taking what is written off the front; blocks. Returns 0, or why the rest cannot be
/// written, as errno has it.
int write_all(int descriptor, std::string_view& rest) noexcept;

/// Writes to standard output as often as it takes; blocks. What cannot be written is left out.
void put(std::string_view lines) noexcept;

/// `text` fit for one line: control bytes, quotes, backslashes, line separators and bytes that are not
/// UTF-8 escaped as in JSON, cut at 256 bytes with `…` behind.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace longpolld::log
