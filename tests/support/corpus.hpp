#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace longpolld::test {

/// One request stream and what a strict reader makes of it: END (it ends on a request's edge), INCOMPLETE,
/// REJECT, or CLOSE (the last request asked for it, what follows is ignored).
struct corpus_case {
  std::string id;
  std::string bytes;
  std::string expect;
  std::string why;
  std::size_t requests = 0;
  bool is_open = false;  ///< RFC 9112 leaves the verdict to the server: obs-fold, equal Content-Lengths
};

/// The cases of all corpora that lie beside the project; empty, with a warning, where there are none. Whoever
/// runs them has the tag [corpora], whose group is then skipped.
std::vector<corpus_case> read_corpora();

}  // namespace longpolld::test
