#pragma once

#include <string>

namespace longpolld {

/// What OpenSSL says of the first thing that failed on this thread since its errors were cleared, which this
/// does; a text for the operator. Thread: any.
[[nodiscard]] std::string tls_reason();

}  // namespace longpolld
