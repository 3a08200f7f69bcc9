#include "longpolld/http/request_log.hpp"

#include "longpolld/http/trusted_proxies.hpp"
#include "longpolld/words/log.hpp"

#include <chrono>
#include <exception>

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
    case request::verb::other:
    case request::verb::unknown:
      return "other";
  }
  return "other";
}

}  // namespace

bool request_log::is_on() { return log::enabled(log::level::debug); }

void request_log::begin(const connection& by, const request& asked, client_key client, steady_time now) {
  noted_.insert_or_assign(&by, line{std::string(name_of(asked.method)), std::string(asked.path),
                                    std::string(asked.query), client, now});
}

void request_log::write(const connection& by, int status, steady_time now) {
  const auto found = noted_.find(&by);
  if (found == noted_.end()) return;
  const auto& one = found->second;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - one.begun).count();
  log::debug("request", {{"client", to_text(one.client)},
                         {"method", one.method},
                         {"path", one.path},
                         {"query", one.query},
                         {"status", status},
                         {"ms", took}});
  noted_.erase(found);
}

/// A client that left has no status.
void request_log::write_gone(const connection& by, steady_time now) noexcept {
  try {
    write(by, 0, now);
  } catch (const std::exception&) {
    noted_.erase(&by);
  }
}

}  // namespace longpolld
