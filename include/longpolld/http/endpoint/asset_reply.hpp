#pragma once

#include "longpolld/http/read/request.hpp"
#include "longpolld/http/reply/reply.hpp"

#include <string_view>

namespace longpolld {

/// What pages may load, as whole field lines: nothing but this server's own files, and no inline script, so
/// that neither event data nor a category's name can ever run.
inline constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

/// The file as this request may have it: gzipped or plain, or only that its copy is still the right one; 404
/// for a name that no file has (see find_asset). `policy`: whole field lines.
[[nodiscard]] reply asset_reply(std::string_view name, const request& from,
                                std::string_view policy = page_policy);

}  // namespace longpolld
