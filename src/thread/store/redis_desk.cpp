#include "longpolld/thread/store/redis_desk.hpp"

#include "longpolld/thread/store/redis_script.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <utility>
#include <vector>

namespace longpolld {
namespace {

std::string_view text_of(redis_desk::script which) {
  switch (which) {
    case redis_desk::script::publish:
      return redis_script::publish;
    case redis_desk::script::purge:
      return redis_script::purge;
    case redis_desk::script::time:
      return redis_script::time;
    default:
      return redis_script::load;
  }
}

}  // namespace

bool redis_desk::answer::is_for_another() const {
  constexpr std::array<std::string_view, 5> words = {"READONLY", "LOADING", "NOAUTH", "MASTERDOWN", "MOVED"};
  return std::any_of(words.begin(), words.end(), [this](std::string_view word) { return is_error(word); });
}

redis_desk::redis_desk(const redis_link::settings& of, readiness& by, boost::asio::io_context& on,
                       std::function<void(const std::string*)> changed)
    : link_(of, by, on, *this), changed_(std::move(changed)) {}

void redis_desk::connected() {
  begun_bytes_ = 0;
  load();
}

/// Redis names each script by its digest, which is the same wherever it is loaded.
void redis_desk::load() {
  for (std::size_t i = 0; i < scripts; ++i) {
    line_.clear();
    resp::append_command(line_, {"SCRIPT", "LOAD", text_of(static_cast<script>(i))});
    send([this, i](const answer& told) {
      if (!told.with) return;
      if (!told.with->is_text()) return link_.end("it takes no script: " + told.with->text);
      digests_[i] = told.with->text;
      if (i + 1 < scripts || std::exchange(is_open_, true)) return;
      changed_(nullptr);
    });
  }
}

void redis_desk::call(script which, std::size_t keys, std::span<const std::string_view> words,
                      callback then) {
  assert(is_open_);
  const auto count = std::to_string(keys);
  std::vector<std::string_view> all;
  all.reserve(words.size() + 3);
  all.insert(all.end(), {"EVALSHA", digests_[static_cast<std::size_t>(which)], count});
  all.insert(all.end(), words.begin(), words.end());
  command(all, std::move(then));
}

void redis_desk::command(std::span<const std::string_view> words, callback then) {
  line_.clear();
  resp::append_command(line_, words);
  send(std::move(then));
}

void redis_desk::send(callback then) {
  waiting_.push_back({std::move(then), begun_bytes_ + line_.size()});
  begun_bytes_ += line_.size();
  try {
    link_.send(line_, 1);
  } catch (const std::bad_alloc&) {
    waiting_.pop_back();
    begun_bytes_ -= line_.size();
    throw;
  }
}

void redis_desk::answered(resp::value&& with) {
  assert(!waiting_.empty());
  const auto then = std::move(waiting_.front().then);
  waiting_.pop_front();
  const answer told{&with, true};
  then(told);
  if (is_open_ && told.is_error("NOSCRIPT")) load();  // somebody has flushed them
}

/// What was not sent whole is not done.
void redis_desk::ended(const std::string& why) {
  is_open_ = false;
  const auto sent = link_.sent_bytes();
  for (auto left = waiting_.size(); left > 0; --left) {  // whoever is told may call, and be refused
    const auto one = std::move(waiting_.front());
    waiting_.pop_front();
    try {
      one.then({nullptr, one.sent_when <= sent});
    } catch (const std::bad_alloc&) {  // which is nobody else's affair
    }
  }
  changed_(&why);
}

}  // namespace longpolld
