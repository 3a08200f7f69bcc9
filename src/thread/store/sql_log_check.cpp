#include "longpolld/thread/store/sql_log_check.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <span>
#include <utility>
#include <vector>

namespace longpolld {
namespace {

constexpr std::size_t header_bytes = 32, frame_header_bytes = 24, frame_bytes_max = 65'536 + 24;
constexpr std::uint32_t magic = 0x377f0682;  // the last bit: words are summed big-endian

std::uint32_t big_endian(std::span<const unsigned char> at) {
  return std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U | std::uint32_t{at[2]} << 8U | at[3];
}

std::uint32_t little_endian(std::span<const unsigned char> at) {
  return std::uint32_t{at[3]} << 24U | std::uint32_t{at[2]} << 16U | std::uint32_t{at[1]} << 8U | at[0];
}

/// Each page's goes on from that of the page before.
struct checksum {
  bool is_big_endian = false;
  std::uint32_t first = 0, second = 0;

  void add(std::span<const unsigned char> bytes) {
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
      const auto read = [this](std::span<const unsigned char> at) {
        return is_big_endian ? big_endian(at) : little_endian(at);
      };
      first += read(bytes) + second;
      second += read(bytes.subspan(4)) + first;
    }
  }
  [[nodiscard]] bool is_at(std::span<const unsigned char> at) const {
    return first == big_endian(at) && second == big_endian(at.subspan(4));
  }
};

using bytes = std::span<const unsigned char>;

/// Goes through a log's frames: those that SQLite takes, and then what is behind.
class log_walk {
 public:
  log_walk(bytes header, std::size_t page_bytes) : page_bytes_(page_bytes) {
    const auto begin = big_endian(header);
    const bool is_known = (begin | 1U) == (magic | 1U);
    said_.is_big_endian = is_known ? (begin & 1U) != 0 : std::endian::native == std::endian::big;
    said_.add(header.first(24));
    is_taken_ = is_known && said_.is_at(header.subspan(24));
    if (!is_taken_) return;  // SQLite then takes no frame at all
    at_ = header_bytes;
    page_bytes_ = big_endian(header.subspan(8));
    salts_.assign(header.begin() + 16, header.begin() + 24);
  }

  [[nodiscard]] std::size_t frame_bytes() const { return frame_header_bytes + page_bytes_; }

  void see(bytes frame) {
    const auto salts = frame.subspan(8, 8);
    if (salts_.empty()) salts_.assign(salts.begin(), salts.end());
    const bool is_of_log = std::equal(salts.begin(), salts.end(), salts_.begin());
    const bool is_commit = big_endian(frame.subspan(4)) != 0;
    const bool follows = goes_on(frame);
    is_taken_ = is_taken_ && is_of_log && follows;
    if (is_taken_) {
      at_ += static_cast<std::int64_t>(frame.size());
      uncommitted_ = is_commit ? 0 : uncommitted_ + 1;
      return;
    }
    // The first one's salts may be what is damaged. Where one does not follow from the one before, it may be
    // left over from a transaction that an earlier crash has torn.
    const bool is_first = !std::exchange(is_behind_, true);
    if (!is_first && !follows) commits_ = 0;
    if (is_of_log || is_first) ++frames_;
    if (is_commit && (is_of_log || is_first)) most_commits_ = std::max(most_commits_, ++commits_);
  }

  /// Torn can be one transaction alone.
  [[nodiscard]] std::optional<sql_log_damage> found() const {
    if (most_commits_ < 2) return std::nullopt;
    return sql_log_damage{at_, frames_ + uncommitted_};
  }

 private:
  /// Whether the frame's sum follows from what the one before says, or from what it holds.
  bool goes_on(bytes frame) {
    for (auto* one : {&said_, &held_}) {
      one->add(frame.first(8));
      one->add(frame.subspan(frame_header_bytes));
    }
    const auto sum = frame.subspan(16);
    const bool follows = said_.is_at(sum) || (is_behind_ && held_.is_at(sum));
    held_ = said_;
    said_.first = big_endian(sum);
    said_.second = big_endian(sum.subspan(4));
    return follows;
  }

  std::size_t page_bytes_;
  checksum said_, held_;  // of the frame before
  std::vector<unsigned char> salts_;
  std::int64_t at_ = 0, frames_ = 0;
  std::int64_t uncommitted_ = 0;  // taken, and dropped since no commit follows
  int commits_ = 0, most_commits_ = 0;
  bool is_taken_ = false, is_behind_ = false;
};

class reading {
 public:
  explicit reading(const std::string& path) : from_(path, std::ios::binary) {}

  bool next(std::span<unsigned char> into) {
    from_.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    return from_.gcount() == static_cast<std::streamsize>(into.size());
  }

 private:
  std::ifstream from_;
};

}  // namespace

std::string sql_log_path(const std::string& path) { return path + "-wal"; }

std::optional<sql_log_damage> find_log_damage(const std::string& path, std::size_t page_bytes) {
  reading log(sql_log_path(path));
  std::array<unsigned char, header_bytes> header{};
  if (!log.next(header)) return std::nullopt;
  log_walk walk(header, page_bytes);
  if (walk.frame_bytes() > frame_bytes_max) return std::nullopt;
  std::vector<unsigned char> frame(walk.frame_bytes());
  while (log.next(frame)) walk.see(frame);
  return walk.found();
}

}  // namespace longpolld
