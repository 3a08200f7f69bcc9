#pragma once

#include "longpolld/http/access/hook_answer.hpp"
#include "longpolld/http/access/hook_question.hpp"
#include "longpolld/words/moment.hpp"

namespace longpolld {

/// A question on its way to the backend. Whoever was given it answers it once; dropped unanswered it is as
/// good as answered with "unavailable". Thread: one.
class hook_inquiry {
 public:
  hook_inquiry() = default;
  hook_inquiry(const hook_inquiry&) = delete;
  hook_inquiry& operator=(const hook_inquiry&) = delete;
  virtual ~hook_inquiry() = default;

  [[nodiscard]] virtual const hook_question& about() const = 0;
  /// Whether anybody still waits; else it need not be asked, and is best dropped.
  [[nodiscard]] virtual bool is_wanted() const = 0;
  /// Does not throw.
  virtual void answer(const hook_answer& what, steady_time now) noexcept = 0;
};

}  // namespace longpolld
