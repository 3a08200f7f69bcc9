#pragma once

#include "support/access.hpp"
#include "support/backend.hpp"
#include "support/client.hpp"
#include "support/test_server.hpp"

#include <memory>
#include <string>

namespace longpolld::test {

/// A reply of a backend.
inline std::string said(int status, const std::string& body = "") {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

inline const std::string allowed = said(200);

/// Answers every question with these bytes.
inline backend::script always(const std::string& bytes) {
  return [bytes](backend::peer& peer) { peer.answer_all(bytes); };
}

/// A backend that allows all, once it may go on.
struct held_site {
  backend server{[this](backend::peer& peer) {
    while (peer.request()) {
      server.pass();
      if (!peer.send(allowed)) return;
    }
  }};
};

/// Everyone may read `public`; about all else `of` is asked, by a hook with these further lines, before which
/// other tables may stand.
inline std::shared_ptr<const access_rules> rules_asking(const backend& of, const std::string& more = "",
                                                        const std::string& tables = "") {
  return rules_of(tables + "[anyone]\nsubscribe = [\"public\"]\n[hook]\nurl = \"http://127.0.0.1:" +
                  std::to_string(of.port()) + "/ask\"\nforward = [\"Authorization\", \"Cookie\"]\n" + more);
}

inline const std::string cookie = "Cookie: session=1\r\n";
inline const std::string now_or_soon = "&since_time=0&timeout=1";

inline int publish_status(client& by, const std::string& category, const std::string& fields) {
  return by.post("/publish", R"({"category":")" + category + R"(","data":1})", fields)->status;
}

}  // namespace longpolld::test
