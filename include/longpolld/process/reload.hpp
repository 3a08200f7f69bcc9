#pragma once

#include "longpolld/process/options.hpp"
#include "longpolld/process/server.hpp"

#include <functional>

namespace longpolld {

/// Has a running server follow its configuration, read again: all or nothing. What is wrong is returned, each
/// with its place, and then all stays as it was. Of options that cannot change while the server runs those
/// that differ are named, as needing a restart, in the log too. Thread: one.
class reload {
 public:
  using reading = std::function<reread_options()>;

  /// `running`: what the server was started with; `written`: what had been read, before it was fitted to this
  /// machine.
  reload(const config& running, const config& written, reading again);

  reload_result operator()(server& running);

 private:
  config running_;
  config written_;
  reading read_;
};

}  // namespace longpolld
