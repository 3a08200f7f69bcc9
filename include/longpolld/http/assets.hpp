#pragma once

#include <string_view>

namespace longpolld {

/// A file of the pages or of the client, compiled into the binary in the two forms in which it is served.
struct asset {
  struct form {
    std::string_view bytes;
    std::string_view tag;  ///< a strong entity tag, with its quotes: of these very bytes
  };
  std::string_view name;  ///< with its folder: "demo/style.css", "web/client.js"
  form plain;
  form gzip;
};

/// Returns the file of this name, or null.
[[nodiscard]] const asset* find_asset(std::string_view name);

}  // namespace longpolld
