#pragma once

#include "support/corpus.hpp"

namespace longpolld::test {

/// Request streams of our own, and what the server makes of them. Other than the corpora they are always
/// here.
std::vector<corpus_case> framing_cases();

}  // namespace longpolld::test
