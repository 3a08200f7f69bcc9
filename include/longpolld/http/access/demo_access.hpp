#pragma once

#include "longpolld/http/access/access_rules.hpp"
#include "longpolld/words/moment.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace longpolld {

/// The users of the demo's page of messages, who need not prove who they are.
inline constexpr std::string_view demo_users[] = {"Ann", "Bob", "Cleo"};

/// The rules with an issuer for the demo's users besides, whose tokens are signed with `secret`: each may
/// read `public` and what is private to him, and publish to all. What is private to one of them nobody else
/// reads, though there be no table.
[[nodiscard]] std::shared_ptr<const access_rules> with_demo(const access_rules& of,
                                                            const std::string& secret);

/// A token for ten minutes; nothing for who is none of demo_users.
[[nodiscard]] std::optional<std::string> demo_token(const std::string& secret, std::string_view user,
                                                    unix_ms now);

}  // namespace longpolld
