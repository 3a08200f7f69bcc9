#pragma once

#include "longpolld/heart/history.hpp"
#include "longpolld/parts/resp.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// A sum over an event's category and text, so that nothing is taken from Redis that no node has put there.
[[nodiscard]] std::string redis_sum(std::string_view category, std::string_view text);

/// `<ms>-<number>`; nothing when it is anything else.
[[nodiscard]] std::optional<position> read_redis_id(std::string_view text);
[[nodiscard]] std::string redis_id(const position& of);

/// What stands in the log of a history that is kept in Redis, or in a category's stream.
struct redis_entry {
  std::uint64_t n = 0;  ///< of the log
  std::string key;      ///< of the history, in the log
  std::string category;
  position at;                          ///< of the event
  std::optional<unix_ms> before;        ///< ms of the category's event before; nothing: it is the first
  std::optional<std::uint64_t> purged;  ///< no event, but events up to this ordinal are gone
  std::string text;

  /// From the log; nothing when no node has written it so.
  [[nodiscard]] static std::optional<redis_entry> of_log(const resp::value& from);
  /// From the stream of this category.
  [[nodiscard]] static std::optional<redis_entry> of_category(const resp::value& from,
                                                              std::string_view category);

  /// The event itself, published then.
  [[nodiscard]] event_ptr event_of(std::uint64_t epoch, steady_time published) const;
};

/// A category as it was loaded, of which more may come.
class redis_category {
 public:
  /// `begins`: where each category of the history begins; `forgets`: how long a category is kept.
  redis_category(std::string name, const position& begins, std::chrono::milliseconds forgets)
      : name_(std::move(name)), begins_(begins), forgets_(forgets) {}

  /// Adds the answer to `load`. False: it is none.
  [[nodiscard]] bool add(const resp::value& answer);
  /// From where to go on.
  [[nodiscard]] const std::string& next() const { return next_; }
  [[nodiscard]] std::size_t added() const { return added_; }  ///< by the last answer
  [[nodiscard]] std::size_t damaged() const { return damaged_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// What the history is filled with; valid as long as `events`.
  [[nodiscard]] history::kept_category filled(std::uint64_t epoch, const moment& now,
                                              std::vector<event_ptr>& events) const;

 private:
  std::string name_;
  position begins_;
  std::chrono::milliseconds forgets_;
  std::vector<redis_entry> all_;
  std::string next_ = "-";
  std::size_t added_ = 0, damaged_ = 0;
  std::uint64_t n_ = 0;
  unix_ms time_ = 0;
  std::optional<position> last_;
  std::uint64_t gap_ = 0;
};

}  // namespace longpolld
