#pragma once

#include "longpolld/heart/access_policy.hpp"
#include "longpolld/http/access/authorizer.hpp"
#include "longpolld/http/access/hook_question.hpp"
#include "longpolld/http/exchange.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <boost/container/small_vector.hpp>

#include <optional>
#include <string_view>
#include <variant>

namespace longpolld {

using category_names = boost::container::small_vector<std::string_view, 4>;

/// A request may do what it asks for.
struct permit {
  principal_ptr who;              ///< null for everyone
  rights_source source = 0;       ///< the table that gives the right
  unix_ms expires = unix_ms_end;  ///< when the right ends by itself
};

/// Whether a program on this machine sends this. What a proxy here passes on counts by the clients that the
/// proxy names, and one that names none is nobody on this machine.
[[nodiscard]] bool is_local(const request& asked, const arrival& how);

/// What becomes of a request: it may, it is refused, or the site's backend is to be asked first.
using permission = std::variant<permit, reply, hook_question>;

/// Whether this request may do this to all of these categories, or the reply that refuses it: 400 for
/// credentials that contradict each other; 401 for wrong ones, and for none where some are needed; 404 for a
/// category that is not among known_categories; 403, naming the first category that is not allowed, whether
/// there is such a category or not; 503 when the backend does not say. What is refused had no effect.
[[nodiscard]] permission find_permit(const exchange& one, right what, const category_names& categories);

/// Why this request may not do what an operator may, if so: 401 or 403, unless it comes from this machine or
/// with a key that has `admin = true`; 401 or 429 for wrong credentials, wherever it comes from. Whose they
/// are is noted for the log's line of `by`.
[[nodiscard]] std::optional<reply> refused_as_admin(const request& asked, http_shard& home,
                                                    const arrival& how, const connection& by);

/// Whether whoever asks the same without credentials is answered the same: none of any kind were shown,
/// neither by the request nor by its connection, and it is everyone who may.
[[nodiscard]] bool is_for_anyone(const exchange& one, const permit& by);

/// The reply that find_permit() will give whichever the categories are, as far as the head alone tells: who
/// may nothing of this kind need not send a body.
[[nodiscard]] std::optional<reply> refused_by_head(const request& asked, http_shard& home, const arrival& how,
                                                   right what);

}  // namespace longpolld
