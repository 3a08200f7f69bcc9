#pragma once

#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/thread/io/tls_context.hpp"
#include "longpolld/words/config.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace longpolld {

class hook_desk;

/// What holds from now on, for all shards, and what becomes of the polls that are parked by what held before.
/// Immutable once in use. Thread: any.
struct reconfiguration {
  /// Precondition: none of the first four is null. `tls` may be: then it stays as it is.
  reconfiguration(const config& before, const access_rules& rules_before, std::shared_ptr<const config> next,
                  std::shared_ptr<const access_rules> rules_next,
                  std::shared_ptr<const tls_context> tls_next);

  std::shared_ptr<const config> limits;
  std::shared_ptr<const access_rules> rules;
  std::shared_ptr<const tls_context> tls;
  std::shared_ptr<hook_desk> hook;  ///< null: there is none

  /// Where a poll stays by rights of this source: the source's index from now on; nothing: it has to ask
  /// again.
  [[nodiscard]] std::optional<rights_source> carried(rights_source before) const;
  /// The index of an allowed origin from now on; -1 when it is not allowed any more.
  [[nodiscard]] std::int16_t origin(std::int16_t before) const;

 private:
  std::vector<std::optional<rights_source>> sources_;
  std::vector<std::int16_t> origins_;
};

}  // namespace longpolld
