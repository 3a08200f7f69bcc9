#include "longpolld/http/http_shard.hpp"

#include "longpolld/http/connection.hpp"

#include <boost/asio/post.hpp>

#include <memory>

namespace longpolld {

http_shard::http_shard(const config& limits, shard& of, shared_limits& shared)
    : limits_(limits), shard_(of), cors_(limits), shared_(shared) {}

http_shard::~http_shard() {
  while (!residents_.empty()) residents_.front().close();
}

void http_shard::accept(tcp_socket&& socket, listen_role role, client_key peer) {
  boost::asio::post(shard_.context(), [this, role, peer, accepted = std::move(socket)]() mutable {
    shard_.look_at_clocks();
    connection_ptr made;
    try {
      made.reset(new connection(*this, std::move(accepted), role, peer));
    } catch (const std::exception&) {
      departed();
      throw;
    }
    made->start();
  });
}

void http_shard::arrived(connection& one) { residents_.push_back(one); }

void http_shard::departed() { shared_.connections.fetch_sub(1); }

const std::string& http_shard::render(const response& of, const reply_form& form) {
  const auto second = shard_.now().wall / 1000;
  const bool same_second = second == date_second_;
  const bool plain = of.body && of.status == 200 && of.extra.empty() && !of.close && of.type == json_type;
  if (plain && same_second && of.body == rendered_body_ && form == rendered_form_) return rendered_;
  if (!same_second) {
    date_ = http_date(second);
    date_second_ = second;
  }
  rendered_.clear();
  append_head(rendered_, of, form, date_, cors_.fields(form.origin));
  if (!form.without_body) rendered_ += !of.body ? of.text : of.body->is_one_text() ? of.body->text() : "";
  rendered_body_ = plain ? of.body : nullptr;
  rendered_form_ = form;
  return rendered_;
}

void http_shard::drain() {
  shard_.look_at_clocks();
  shard_.drain();
  for (auto at = residents_.begin(); at != residents_.end();) {
    auto& one = *at++;
    one.drain();
  }
}

}  // namespace longpolld
