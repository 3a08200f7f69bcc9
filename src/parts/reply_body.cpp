#include "longpolld/parts/reply_body.hpp"

#include <algorithm>

namespace longpolld {

reply_body::reply_body(std::string head, std::vector<event_ptr> events, std::string tail)
    : head_(std::move(head)),
      events_(std::move(events)),
      tail_(std::move(tail)),
      bytes_(head_.size() + tail_.size()) {
  for (std::size_t i = 1; i <= events_.size(); ++i) bytes_ += piece(i).size();
}

std::string_view reply_body::piece(std::size_t index) const {
  if (index == 0) return head_;
  if (index > events_.size()) return tail_;
  const auto& one = *events_[index - 1];
  return index == 1 ? one.json() : one.json_after_comma();
}

std::size_t reply_body::pieces(place from, std::span<std::string_view> into) const {
  from = after(from, 0);  // behind what is empty
  const std::size_t count = std::min(into.size(), piece_count() - from.piece);
  for (std::size_t i = 0; i < count; ++i) into[i] = piece(from.piece + i);
  if (count > 0) into.front().remove_prefix(from.byte);
  return count;
}

reply_body::place reply_body::after(place from, std::size_t bytes) const {
  from.byte += bytes;
  while (from.piece < piece_count() && from.byte >= piece(from.piece).size()) {
    from.byte -= piece(from.piece).size();
    ++from.piece;
  }
  return from;
}

std::string reply_body::joined() const {
  std::string all;
  all.reserve(bytes_);
  for (std::size_t i = 0; i < piece_count(); ++i) all += piece(i);
  return all;
}

}  // namespace longpolld
