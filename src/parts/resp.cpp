#include "longpolld/parts/resp.hpp"

#include <algorithm>
#include <cassert>
#include <hiredis/read.h>
#include <new>

namespace longpolld::resp {
namespace {

constexpr int elements_max = 1 << 20;
constexpr std::size_t fed_at_once = 64 << 10;

using kind = value::kind;

/// A place for what was read: the answer itself, or the next element of an array. Elements come one after the
/// other, and none before what stands in the one before it is complete; so an array grows as they come,
/// whatever length it has announced. Null without memory, since hiredis knows no exceptions.
template <class Fill>
void* place(const redisReadTask* task, Fill fill) {
  try {
    if (!task->parent) {
      auto made = std::make_unique<value>();
      fill(*made);
      return made.release();
    }
    auto& elements = static_cast<value*>(task->parent->obj)->elements;
    fill(elements.emplace_back());
    return &elements.back();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* make_text(const redisReadTask* task, char* text, std::size_t bytes) {
  return place(task, [&](value& made) {
    made.is = task->type == REDIS_REPLY_ERROR    ? kind::error
              : task->type == REDIS_REPLY_STATUS ? kind::status
                                                 : kind::text;
    made.text.assign(text, bytes);
  });
}

void* make_array(const redisReadTask* task, int count) {
  if (count > elements_max) return nullptr;
  return place(task, [](value& made) { made.is = kind::array; });
}

void* make_integer(const redisReadTask* task, long long number) {
  return place(task, [&](value& made) {
    made.is = kind::integer;
    made.number = number;
  });
}

void* make_nil(const redisReadTask* task) {
  return place(task, [](value&) {});
}

/// Only an answer itself: what is in it goes with it.
void free_value(void* of) { delete static_cast<value*>(of); }

redisReplyObjectFunctions functions = {make_text, make_array, make_integer, make_nil, free_value};

}  // namespace

void append_command(std::string& to, std::span<const std::string_view> words) {
  to.append(1, '*').append(std::to_string(words.size())).append("\r\n");
  for (const auto one : words) {
    to.append(1, '$').append(std::to_string(one.size())).append("\r\n").append(one).append("\r\n");
  }
}

void reader::freeing::operator()(redisReader* one) const { redisReaderFree(one); }

reader::reader(std::size_t bytes_max)
    : bytes_max_(bytes_max), native_(redisReaderCreateWithFunctions(&functions)) {
  if (!native_) throw std::bad_alloc();
}

/// A piece at a time, so that an answer beyond the bound is noticed before it is held.
void reader::feed(std::string_view bytes) {
  if (!fault_.empty()) return;
  unread_bytes_ += bytes.size();
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, fed_at_once);
    if (redisReaderFeed(native_.get(), piece.data(), piece.size()) != REDIS_OK) throw std::bad_alloc();
    bytes.remove_prefix(piece.size());
  }
}

std::optional<value> reader::next() {
  if (!fault_.empty()) return std::nullopt;
  void* found = nullptr;
  if (redisReaderGetReply(native_.get(), &found) != REDIS_OK) {
    if (native_->err == REDIS_ERR_OOM) {
      refuse_size();
    } else {
      fault_ = native_->errstr;
    }
    return std::nullopt;
  }
  if (!found) {
    if (unread_bytes_ > bytes_max_) refuse_size();
    return std::nullopt;
  }
  const std::unique_ptr<value> whole(static_cast<value*>(found));
  unread_bytes_ = native_->len - native_->pos;
  return std::move(*whole);
}

void reader::refuse_size() {
  is_too_large_ = true;
  fault_ = "an answer is larger than " + std::to_string(bytes_max_) + " bytes, or than there is memory for";
}

}  // namespace longpolld::resp
