#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace longpolld::test {

/// What one publisher was told of one event.
struct published_event {
  int publisher = 0;
  int number = 0;  ///< 0, 1, 2 … of this publisher in this category
  std::string category;
  std::string id;
  std::int64_t timestamp = 0;
};

/// One reply to a subscriber along its chain of cursors.
struct seen_reply {
  struct item {
    std::string id;
    std::string category;
    std::int64_t timestamp = 0;
    std::string data;
  };
  std::vector<item> events;
  bool gap = false;
  std::int64_t promise = 0;  ///< of a timeout: no unseen event is or will be stamped that or earlier
};

/// Everything that happened in one run, and what must be true of it. Modelled on etcd's watch checker.
class trace {
 public:
  void add(published_event one) { published_.push_back(std::move(one)); }
  /// `from_start`: the subscriber began before the first event and read until the last one.
  void add(const std::string& subscriber, const std::string& category, std::vector<seen_reply> replies,
           bool from_start = true);

  /// Every breach, as a sentence; empty when the history is right. Checked: every event seen was published,
  /// with these bytes and in this category; none twice; in the order of ids and of time; none missing between
  /// two that were seen, but where a reply said gap; a publisher's own order is kept; no event at or before a
  /// timeout's promise comes after it.
  [[nodiscard]] std::vector<std::string> breaches() const;
  [[nodiscard]] std::size_t gaps() const;
  [[nodiscard]] const std::vector<published_event>& published() const { return published_; }

  static std::string data_of(int publisher, int number);

 private:
  struct reader {
    std::string name;
    std::string category;
    std::vector<seen_reply> replies;
    bool from_start = true;
  };
  void check_publishers(std::vector<std::string>& found) const;
  void check_reader(const reader& one, std::vector<std::string>& found) const;

  std::vector<published_event> published_;
  std::vector<reader> readers_;
};

}  // namespace longpolld::test
