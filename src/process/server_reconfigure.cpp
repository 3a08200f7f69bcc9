#include "longpolld/http/access/demo_access.hpp"
#include "longpolld/http/counters.hpp"
#include "longpolld/parts/base64url.hpp"
#include "longpolld/process/server.hpp"
#include "longpolld/thread/io/random_bytes.hpp"
#include "longpolld/words/log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>
#include <new>
#include <utility>

namespace longpolld {

/// The desk for these settings: the one there is, if it has them; else that is closed once it has told
/// everybody who asked. All are kept, empty then, until no thread can hold one.
std::shared_ptr<hook_desk> server::follow_hook(const std::optional<hook_settings>& next) {
  auto before = hooks_.empty() ? nullptr : hooks_.back();
  if (!next && !before) return nullptr;
  if (next && before && before->settings() == *next) return before;
  hooks_.push_back(next ? std::make_shared<hook_desk>(*next, pool_, shared_.addresses) : nullptr);
  if (before) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(control_);
    timer->expires_after(before->settings().timeout + std::chrono::seconds(1));
    timer->async_wait([timer, before](const boost::system::error_code& failed) {
      if (!failed) before->close();
    });
  }
  return hooks_.back();
}

/// The rules, with the demo's while it is on.
std::shared_ptr<const access_rules> server::ruled(const config& of,
                                                  std::shared_ptr<const access_rules> rules) {
  if (of.demo != demo_mode::on) return rules;
  if (demo_secret_.empty()) demo_secret_ = to_base64url(random_bytes(32));
  return with_demo(*rules, demo_secret_);
}

demo_mode server::demo_of(const config& of) const {
  if (of.demo != demo_mode::automatic) return of.demo;
  const bool is_local = std::all_of(listeners_.begin(), listeners_.end(), [](auto& one) {
    return one->role() == listen_role::admin || one->address().address().is_loopback();
  });
  return is_local ? demo_mode::on : demo_mode::off;
}

void server::reconfigure(const config& of, std::shared_ptr<const access_rules> access,
                         std::shared_ptr<const tls_context> tls) {
  auto next = std::make_shared<config>(of);
  boost::asio::post(control_, [this, next, access = std::move(access), tls = std::move(tls)]() mutable {
    next->demo = demo_of(*next);
    access = ruled(*next, std::move(access));
    auto change = std::make_shared<reconfiguration>(*current_, *access_, next, access, std::move(tls));
    change->hook = follow_hook(access->hook);
    current_ = next;
    access_ = std::move(access);
    pool_.post_to_all([this, change](std::size_t index) { connections_[index]->reconfigure(*change); });
  });
}

/// What waits for it is told the end of it, whatever comes of it.
reload_result server::reload() {
  if (!reread_) return {{"this server has no configuration to read again"}, {}};
  systemd_.reloading();
  reload_result found;
  try {
    found = reread_(*this);
  } catch (const std::bad_alloc&) {
    found = {{"there is no memory left for it"}, {}};
  } catch (const std::exception& why) {
    found = {{why.what()}, {}};
  }
  for (const auto& why : found.problems) log::error("not reloaded: all stays as it was", {{"because", why}});
  if (pool_.keeps().current_state() != store::state::loading) systemd_.ready();
  return found;
}

/// Once every shard has heard of it: what each is asked comes behind.
void server::reload_and_tell(const admin_desk::reloaded& done) {
  auto found = reload();
  if (!found.problems.empty()) return done(found);
  boost::asio::post(control_, [this, done, found = std::move(found)] {  // behind reconfigure()'s own
    gather_parked(pool_, control_, [done, found](std::size_t) { done(found); });
  });
}

}  // namespace longpolld
