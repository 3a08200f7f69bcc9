#include "longpolld/thread/store/sql_log_check.hpp"

#include <array>
#include <fstream>
#include <span>
#include <string_view>
#include <vector>

namespace longpolld {
namespace {

constexpr std::size_t header_bytes = 32, frame_header_bytes = 24;
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

std::optional<sql_log_damage> find_log_damage(const std::string& path) {
  reading log(sql_log_path(path));
  std::array<unsigned char, header_bytes> header{};
  if (!log.next(header)) return std::nullopt;
  const std::span of_header(header);
  const auto page_bytes = big_endian(of_header.subspan(8));
  if ((big_endian(of_header) | 1U) != (magic | 1U) || page_bytes < 512 || page_bytes > 65'536)
    return std::nullopt;
  checksum sum{(big_endian(of_header) & 1U) != 0};
  sum.add(of_header.first(24));
  if (!sum.is_at(of_header.subspan(24))) return std::nullopt;
  std::vector<unsigned char> frame(frame_header_bytes + page_bytes);
  const std::span all(frame);
  sql_log_damage found;
  bool is_bad = false;
  int commits = 0;  // behind the first bad page
  for (std::int64_t number = 0; log.next(all); ++number) {
    // Others are left over from before the log was begun anew.
    const bool is_of_log = std::string_view(reinterpret_cast<const char*>(frame.data()) + 8, 8) ==
                           std::string_view(reinterpret_cast<const char*>(header.data()) + 16, 8);
    if (!is_bad) {
      sum.add(all.first(8));
      sum.add(all.subspan(frame_header_bytes));
      if (is_of_log && sum.is_at(all.subspan(16))) continue;
      is_bad = true;
      found.at = static_cast<std::int64_t>(header_bytes) + number * static_cast<std::int64_t>(frame.size());
    }
    if (!is_of_log) continue;
    ++found.frames;
    commits += big_endian(all.subspan(4)) != 0 ? 1 : 0;
  }
  if (commits < 2) return std::nullopt;
  return found;
}

}  // namespace longpolld
