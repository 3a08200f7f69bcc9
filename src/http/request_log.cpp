#include "longpolld/http/request_log.hpp"

#include "longpolld/http/trusted_proxies.hpp"
#include "longpolld/parts/query.hpp"
#include "longpolld/words/log.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace longpolld {
namespace {

std::string_view name_of(request::verb method) {
  switch (method) {
    case request::verb::get:
      return "GET";
    case request::verb::head:
      return "HEAD";
    case request::verb::post:
      return "POST";
    case request::verb::options:
      return "OPTIONS";
    case request::verb::erase:
      return "DELETE";
    case request::verb::other:
    case request::verb::unknown:
      return "other";
  }
  return "other";
}

}  // namespace

request_log::request_log(shard& core, access_log* to, bool as_json) : core_(core), to_(to), writer_(as_json) {
  if (to_) spare_.reserve(spare_max);
}

request_log::~request_log() { hand_over(); }

/// Of this client, from now on, and with nothing of the line before it.
request_log::line_ptr request_log::make(client_key client) {
  auto one = spare_.empty() ? std::make_unique<line>() : std::move(spare_.back());
  if (!spare_.empty()) spare_.pop_back();
  one->method = one->end = {};
  for (auto* text : {&one->path, &one->query, &one->principal}) text->clear();
  one->client = client;
  one->begun = core_.now().steady;
  return one;
}

void request_log::put_back(line_ptr one) noexcept {
  if (spare_.size() < spare_.capacity()) spare_.push_back(std::move(one));
}

void request_log::begin(const connection& by, const request& asked, client_key client) {
  auto one = make(client);
  one->method = name_of(asked.method);
  one->path = cut(asked.path);
  assign_without_tokens(one->query, cut(asked.query));
  noted_.insert_or_assign(&by, std::move(one));
}

void request_log::begin_refused(const connection& by, client_key client) {
  if (!find(by)) noted_.emplace(&by, make(client));
}

request_log::line* request_log::find(const connection& by) noexcept {
  if (noted_.empty()) return nullptr;
  const auto found = noted_.find(&by);
  return found == noted_.end() ? nullptr : found->second.get();
}

void request_log::write(const connection& by, int status, std::uint64_t bytes) {
  const auto found = noted_.find(&by);
  if (found == noted_.end()) return;
  auto noted = std::move(found->second);
  noted_.erase(found);
  const auto& one = *noted;
  if (log::enabled(log::level::debug)) {
    const auto took = core_.now().steady - one.begun;
    log::debug("request", {{"client", to_text(one.client)},
                           {"method", one.method},
                           {"path", one.path},
                           {"query", one.query},
                           {"status", status},
                           {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
  }
  if (to_) add(one, status, bytes);
  put_back(std::move(noted));
}

/// A client that left has no status.
void request_log::write_gone(const connection& by) noexcept {
  try {
    write(by, 0, 0);
  } catch (const std::exception&) {  // its line is lost
  }
}

void request_log::add(const line& one, int status, std::uint64_t bytes) {
  const auto& now = core_.now();
  writer_.append(
      batch_, {now.wall, to_text(one.client), one.principal, one.method, one.path, one.query, status, bytes,
               std::chrono::duration_cast<std::chrono::microseconds>(now.steady - one.begun), one.end});
  ++batch_lines_;
  if (batch_.size() >= batch_bytes) return hand_over();
  if (!armed()) core_.arm(*this, now.steady + batch_age);
}

void request_log::hand_over() noexcept {
  if (batch_lines_ == 0) return;
  to_->add(batch_, std::exchange(batch_lines_, 0));
  batch_.clear();
}

}  // namespace longpolld
