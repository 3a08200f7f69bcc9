#pragma once

#include "longpolld/words/event.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// What a reply says: immutable, rendered once, shared by all connections that send it. A small one is one
/// text; a large one refers to its events' own texts instead of copying them, so that thousands of readers
/// that do not read hold pointers, not bytes.
class reply_body {
 public:
  explicit reply_body(std::string text) : head_(std::move(text)), bytes_(head_.size()) {}
  /// `head`, the events' texts with commas between, `tail`.
  reply_body(std::string head, std::vector<event_ptr> events, std::string tail);

  [[nodiscard]] std::size_t size() const { return bytes_; }
  /// Whether text() is all of it.
  [[nodiscard]] bool is_one_text() const { return head_.size() == bytes_; }
  [[nodiscard]] const std::string& text() const { return head_; }
  /// The events it refers to instead of copying them.
  [[nodiscard]] std::span<const event_ptr> events() const { return events_; }
  /// Bytes of memory it takes without these events.
  [[nodiscard]] std::size_t own_bytes() const {
    return sizeof *this + head_.capacity() + tail_.capacity() + events_.capacity() * sizeof(event_ptr);
  }

  /// A place in the bytes; the default is the beginning.
  struct place {
    std::size_t piece = 0;
    std::size_t byte = 0;
  };
  /// Views of what follows `from`, in order, as many as fit; how many. 0 at the end.
  [[nodiscard]] std::size_t pieces(place from, std::span<std::string_view> into) const;
  /// The place this many bytes further.
  [[nodiscard]] place after(place from, std::size_t bytes) const;

  /// All of it in one.
  [[nodiscard]] std::string joined() const;

 private:
  [[nodiscard]] std::string_view piece(std::size_t index) const;
  [[nodiscard]] std::size_t piece_count() const { return is_one_text() ? 1 : events_.size() + 2; }

  std::string head_;
  std::vector<event_ptr> events_;
  std::string tail_;
  std::size_t bytes_;
};

using body_ptr = std::shared_ptr<const reply_body>;

}  // namespace longpolld
