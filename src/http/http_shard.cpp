#include "longpolld/http/http_shard.hpp"

#include "longpolld/http/connection.hpp"

#include <boost/asio/post.hpp>

#include <memory>

namespace longpolld {
namespace {

/// The body, unless it is one that is sent in pieces.
void append_body(std::string& to, const response& of) {
  if (!of.body) {
    to += of.text;
  } else if (of.body->is_one_text()) {
    to += of.body->text();
  }
}

}  // namespace

http_shard::http_shard(const config& limits, shard& of, shared_limits& shared)
    : limits_(limits),
      shard_(of),
      cors_(limits),
      hosts_(limits),
      shared_(shared),
      backlog_(
          shared.replies, [this] { shard_.post([this] { backlog_.shed(); }); },
          [](connection& one) { return one.look_at_reader(); }, [this](connection& one) { cut_off(one); }),
      requests_(
          shared.request_bytes, shared.request_lines, [this] { shard_.post([this] { requests_.shed(); }); },
          [](held_request& one) { static_cast<connection&>(one).make_room(); }) {}

http_shard::~http_shard() {
  while (!residents_.empty()) residents_.front().close();
}

void http_shard::accept(tcp_socket&& socket, const arrival& how) {
  shard_.post([this, how, accepted = std::move(socket)]() mutable {
    connection_ptr made;
    try {
      made.reset(new connection(*this, std::move(accepted), how));
    } catch (const std::exception&) {
      departed(how.counted_as());
      throw;
    }
    made->start();
  });
}

/// A trusted proxy that names nobody has no limit of its own; one that passes on a name which is no client's,
/// as whoever wants to escape the limits may send it, is counted itself.
client_key http_shard::client_of(const arrival& how, const request& from) const {
  if (!how.from_proxy) return how.peer;
  if (!from.forwarded_for) return 0;
  const auto named = shared_.proxies.client(*from.forwarded_for);
  return named != 0 ? named : how.peer;
}

void http_shard::arrived(connection& one) { residents_.push_back(one); }

void http_shard::departed(client_key peer) noexcept { shared_.disconnect(peer); }

void http_shard::cut_off(connection& one) noexcept {
  shared_.reached(&config::max_reply_bytes_in_flight);
  one.cut_off();
}

const std::string& http_shard::render(const response& of, const reply_form& form) {
  const auto second = shard_.now().wall / 1000;
  const bool same_second = second == date_second_;
  const bool is_common = of.status == 200 && of.type == json_type && of.body_bytes() > 0;
  const bool is_shared = is_common && of.body && of.extra.empty() && !of.close;
  if (is_shared && same_second && of.body == rendered_body_ && form == rendered_form_) return rendered_;
  if (!same_second) {
    date_ = http_date(second);
    date_second_ = second;
    common_begin_.clear();
  }
  rendered_body_ = nullptr;  // until all of it is rendered
  rendered_.clear();
  if (!is_common || common_begin_.empty()) {
    append_head_begin(rendered_, of, date_);
    if (is_common) common_begin_ = rendered_;
  } else {
    rendered_ = common_begin_;
  }
  append_head_end(rendered_, of, form, cors_.fields(form.origin));
  if (!form.without_body) append_body(rendered_, of);
  rendered_body_ = is_shared ? of.body : nullptr;
  rendered_form_ = form;
  return rendered_;
}

void http_shard::drain() {
  shard_.look_at_clocks();
  shard_.drain();
  residents before;  // any of them may end while another is served
  before.swap(residents_);
  while (!before.empty()) {
    auto& one = before.front();
    before.pop_front();
    residents_.push_back(one);
    one.drain();
  }
  shard_.turn();
}

}  // namespace longpolld
