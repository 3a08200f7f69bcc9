#pragma once

#include "longpolld/http/access/hook_answer.hpp"
#include "longpolld/http/access/hook_question.hpp"
#include "longpolld/http/exchange.hpp"

namespace longpolld {

class hook_desk;

/// What the backend has said of a request that waited.
struct hook_said {
  sha256_digest about;  ///< the question's key
  hook_verdict verdict;
  const hook_desk* by;  ///< who was asked: the one that holds now may be another
};

/// Has the site's backend asked about a request, which waits: it is answered as it came once there is a
/// verdict, which its exchange has then, or 503. Returns nothing then, and an error's reply where there is
/// no room to keep it. Precondition: home has a hook.
[[nodiscard]] std::optional<reply> ask_hook(const exchange& one, hook_question about);

}  // namespace longpolld
