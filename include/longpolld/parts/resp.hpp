#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

/// The protocol of Redis, version 2 (https://redis.io/docs/reference/protocol-spec). hiredis' parser reads
/// it, here and nowhere else.
namespace longpolld::resp {

/// What a server answers.
struct value {
  enum class kind : std::uint8_t { nil, text, status, error, integer, array };

  kind is = kind::nil;
  std::int64_t number = 0;
  std::string text;  ///< of a text, a status, an error
  std::vector<value> elements;

  [[nodiscard]] bool is_error() const { return is == kind::error; }
  [[nodiscard]] bool is_text() const { return is == kind::text || is == kind::status; }
  [[nodiscard]] bool is_array() const { return is == kind::array; }
};

/// Appends a command: its name and arguments, whose bytes mean nothing to the protocol.
void append_command(std::string& to, std::span<const std::string_view> words);
inline void append_command(std::string& to, std::initializer_list<std::string_view> words) {
  append_command(to, std::span(words.begin(), words.size()));
}

/// Reads answers from bytes as they come. Whatever comes, it holds no more than its bound and a little.
/// Thread: one at a time.
class reader {
 public:
  /// An answer of more bytes than this is a fault.
  explicit reader(std::size_t bytes_max);

  void feed(std::string_view bytes);
  /// The next whole answer; nothing when more bytes are needed, or after a fault.
  [[nodiscard]] std::optional<value> next();
  /// What is wrong with the bytes that came; empty when nothing is. Nothing can be read after a fault.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  /// Whether it is the size that is wrong.
  [[nodiscard]] bool is_too_large() const { return is_too_large_; }

 private:
  struct freeing {
    void operator()(redisReader* one) const;
  };
  void refuse_size();

  const std::size_t bytes_max_;
  const std::unique_ptr<redisReader, freeing> native_;
  std::size_t unread_bytes_ = 0;  // since the last whole answer
  std::string fault_;
  bool is_too_large_ = false;
};

}  // namespace longpolld::resp
