#include "longpolld/process/exit_codes.hpp"

#include "support/canned_server.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/process.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// A server that refuses whoever asks, and what it was asked with.
class asked {
 public:
  /// The Authorization that a command sends; empty when it sends none.
  std::string by(std::vector<std::string> command, const std::vector<std::string>& more = {},
                 const std::vector<std::string>& environment = {}) {
    command.insert(command.end(), {"--url", server_.url()});
    command.insert(command.end(), more.begin(), more.end());
    done = run(command, environment);
    constexpr std::string_view field = "\r\nAuthorization: ";
    const auto request = server_.last_request();
    const auto at = request.find(field);
    if (at == std::string::npos) return {};
    const auto begin = at + field.size();
    return request.substr(begin, request.find('\r', begin) - begin);
  }
  std::string publish(const std::vector<std::string>& more,
                      const std::vector<std::string>& environment = {}) {
    return by({"publish", "a", "1"}, more, environment);
  }
  [[nodiscard]] int requests() const { return server_.requests(); }

  finished done;

 private:
  canned_server server_{canned(401, R"({"error":"who are you?"})")};
};

/// A file of this test's own.
struct token_file {
  explicit token_file(std::string_view text) { write(text); }
  ~token_file() { std::filesystem::remove(path); }
  token_file(const token_file&) = delete;
  token_file& operator=(const token_file&) = delete;
  void write(std::string_view text) const { std::ofstream(path) << text; }

  const std::string path =
      (std::filesystem::temp_directory_path() / ("longpolld_token." + std::to_string(::getpid()))).string();
};

}  // namespace

TEST_CASE("publish and tail say who asks by name and password, or by a token", "[process]") {
  const token_file file("ey.from.file\r\n");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"publish", "a", "1"}, {"tail", "a"}}) {
    CAPTURE(command.front());
    asked server;
    CHECK(server.by(command).empty());
    CHECK(server.by(command, {"--user", "me:secret"}) == "Basic bWU6c2VjcmV0");
    CHECK(server.by(command, {"--token", "ey.a-b_c~+/="}) == "Bearer ey.a-b_c~+/=");
    CHECK(server.by(command, {"--token-file", file.path}) == "Bearer ey.from.file");
    CHECK((server.done.code == exit_refused && holds(server.done, "who are you?")));
  }
}

TEST_CASE("name and password or a token may be in the environment, and a flag wins over it", "[process]") {
  asked server;
  CHECK(server.publish({}, {"LONGPOLLD_USER=me:secret"}) == "Basic bWU6c2VjcmV0");
  CHECK(server.publish({}, {"LONGPOLLD_TOKEN=ey.env"}) == "Bearer ey.env");
  CHECK(server.publish({}, {"LONGPOLLD_TOKEN=ey.env", "LONGPOLLD_USER="}) == "Bearer ey.env");
  CHECK(server.publish({"--token", "ey.flag"}, {"LONGPOLLD_USER=me:secret"}) == "Bearer ey.flag");
  CHECK(server.publish({"--user", "me:secret"}, {"LONGPOLLD_TOKEN=ey.env"}) == "Basic bWU6c2VjcmV0");
  CHECK(server.publish({"--header", "authorization: Other x"}, {"LONGPOLLD_TOKEN=ey.env"}).empty());
  CHECK(server.requests() == 6);
}

TEST_CASE("a file's token is read anew for each request", "[process]") {
  const token_file file("ey.first");
  const canned_server server(canned(503, "{}", "Retry-After: 0\r\n"));
  process tail({"tail", "a", "--token-file", file.path, "--url", server.url()});
  const auto is_sent = [&](const char* token) {
    return eventually([&] { return server.last_request().find(token) != std::string::npos; });
  };
  CHECK(is_sent("Bearer ey.first\r\n"));
  file.write("ey.second");
  CHECK(is_sent("Bearer ey.second\r\n"));
}

TEST_CASE("a command that says twice who asks, or cannot say it, is refused without showing a secret",
          "[process]") {
  asked server;
  const auto refused = [&](const std::vector<std::string>& more, const std::string& why,
                           const std::vector<std::string>& environment = {}) {
    CAPTURE(why);
    CHECK(server.publish(more, environment).empty());
    CHECK(server.done.code == exit_usage);
    CHECK(server.done.output == "longpolld publish: " + why + '\n');
  };
  refused({"--user", "a:b", "--token", "x"}, "--token: --user says who you are already");
  refused({"--token", "x", "--token-file", "/y"}, "--token-file: --token says who you are already");
  refused({"--token", "x", "--header", "authorization: Bearer y"},
          "--token: --header says who you are already");
  refused({}, "$LONGPOLLD_TOKEN: $LONGPOLLD_USER says who you are already",
          {"LONGPOLLD_USER=a:b", "LONGPOLLD_TOKEN=x"});
  refused({"--user", "secret"}, "--user: is not name:password");
  refused({}, "$LONGPOLLD_USER: is not name:password", {"LONGPOLLD_USER=secret"});
  const std::string form =
      "is not a token: it is empty, or has something other than visible ASCII characters";
  for (const char* text : {"", "se cret", "secret\r\nX-Other: 1", "secr\xc3\xa9t"}) {
    refused({"--token", text}, "--token: " + form);
  }
  refused({"--token-file", "/nowhere"}, "--token-file: /nowhere cannot be read, or is empty");
  const token_file lines("secret\nsecret\n");
  refused({"--token-file", lines.path}, "--token-file: " + form);
  const token_file large(std::string((1 << 20) + 1, 'x'));
  refused({"--token-file", large.path}, "--token-file: " + large.path + " is larger than 1 MiB");
  CHECK(server.requests() == 0);
}

TEST_CASE("the server leaves what the commands read from the environment alone", "[process]") {
  for (const char* name : {"LONGPOLLD_USER=a:b", "LONGPOLLD_TOKEN=x", "LONGPOLLD_URL=http://x"}) {
    CHECK(run({"--check-config"}, {name}).code == 0);
  }
}
