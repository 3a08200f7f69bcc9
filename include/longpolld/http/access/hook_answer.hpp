#pragma once

#include "longpolld/http/access/hook_question.hpp"
#include "longpolld/http/access/hook_reply.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longpolld {

/// What may be done, as the backend says. It names no category and no secret, so that many can be kept.
struct hook_verdict {
  enum class kind : unsigned char {
    allowed,       ///< all that was asked for
    unauthorized,  ///< 401: who is this?
    forbidden,     ///< 403
    unavailable,   ///< 503 with Retry-After: nobody knows
    crowded,       ///< 429: it is not asked, since too many questions of this address wait
    guessing,      ///< 429: it is not asked, since this address sends wrong credentials too fast
  };
  kind what = kind::unavailable;
  /// Which of the question's categories are forbidden, in their order there, where an answer told them apart.
  std::vector<bool> refused{};

  /// Whether the backend has said it.
  [[nodiscard]] bool is_said() const { return what <= kind::forbidden; }
  /// Whether the backend was asked, or was to be.
  [[nodiscard]] bool is_of_backend() const { return what <= kind::unavailable; }
  /// Of a forbidden question: the first of `named`, the categories in the order of the request, that is not
  /// allowed. Precondition: the question is about these.
  [[nodiscard]] std::string_view first_refused(const hook_question& about,
                                               std::span<const std::string_view> named) const;

  friend bool operator==(const hook_verdict&, const hook_verdict&) = default;
};

struct hook_answer {
  hook_verdict verdict{};
  std::optional<std::chrono::seconds> keep{};  ///< no longer; at least 0
  std::string why{};                           ///< there is none: fit for the log, nothing of the reply in it

  [[nodiscard]] static hook_answer unavailable(std::string why);
  /// It is not asked, and may be the next time.
  [[nodiscard]] static hook_answer not_asked(hook_verdict::kind what, std::string why);
};

/// What a reply means for this question: 200 allows, with a body `{"allow":["a"]}` only these, and refuses
/// the question unless all that it names are among them; 401 and 403 are passed on. Anything else is
/// unavailable: another status, or with 200 a body that is neither empty nor a JSON object, as a page for
/// logging in, a repeated member, an `allow` that is no list of strings; or an empty body that may be one cut
/// off, since no length was said.
[[nodiscard]] hook_answer judge(const hook_reply& reply, const hook_question& about);

}  // namespace longpolld
