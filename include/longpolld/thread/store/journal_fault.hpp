#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace longpolld {

/// What keeps a journal from being read or written, in a sentence for who runs the server.
struct journal_fault : std::runtime_error {
  enum class kind : std::uint8_t {
    refused,  ///< the file is not what it must be: nothing was done to it
    damaged,  ///< what it holds cannot be read
    failed,   ///< the disk is full, or the system does not read or write: nothing was stored; it may go on
              ///< later
    unsynced  ///< the system could not bring to the disk what was written: nobody knows what is there
  };

  journal_fault(kind of, const std::string& what) : std::runtime_error(what), is(of) {}
  const kind is;
};

}  // namespace longpolld
