#include "longpolld/process/client/client_credentials.hpp"

#include "longpolld/process/secret_file.hpp"

#include <cstdlib>
#include <vector>

namespace longpolld {
namespace {

constexpr const char* user_variable = "LONGPOLLD_USER";
constexpr const char* token_variable = "LONGPOLLD_TOKEN";

}  // namespace

void client_credentials::add_to(CLI::App& app) {
  user_flag_ =
      app.add_option("--user", user_,
                     "Send this name and password with each request, as Basic authentication. Others "
                     "on this machine can read it in the list of processes; $LONGPOLLD_USER says the "
                     "same, and they cannot.")
          ->type_name("NAME:PASSWORD");
  token_flag_ = app.add_option("--token", token_,
                               "Send this token with each request, as a Bearer token. Others on this machine "
                               "can read it in the list of processes; with $LONGPOLLD_TOKEN or --token-file "
                               "they cannot.")
                    ->type_name("TOKEN");
  token_file_flag_ = app.add_option("--token-file", token_file_,
                                    "Send the token in this file, which is read anew for each request.")
                         ->type_name("FILE");
}

std::optional<std::string> client_credentials::settle(bool is_in_header) {
  struct source {
    std::string name;
    form as;
    std::string text;
  };
  std::vector<source> given;
  if (is_in_header) given.push_back({"--header", form::header, {}});
  if (user_flag_->count() > 0) given.push_back({"--user", form::user, user_});
  if (token_flag_->count() > 0) given.push_back({"--token", form::token, token_});
  if (token_file_flag_->count() > 0) given.push_back({"--token-file", form::token_file, token_file_});
  if (given.empty()) {
    const auto look = [&](const char* name, form as) {
      const char* text = std::getenv(name);
      if (text != nullptr && *text != '\0') given.push_back({std::string("$") + name, as, text});
    };
    look(user_variable, form::user);
    look(token_variable, form::token);
  }
  if (given.empty()) return std::nullopt;
  if (given.size() > 1) return given[1].name + ": " + given[0].name + " says who you are already";
  form_ = given[0].as;
  text_ = given[0].text;
  const auto first = field();
  return first ? std::nullopt : std::optional(given[0].name + ": " + first.error().text);
}

outcome<std::optional<http_field>> client_credentials::field() const {
  const auto some = [](outcome<http_field> made) -> outcome<std::optional<http_field>> {
    if (!made) return made.error();
    return std::optional(std::move(*made));
  };
  if (form_ == form::user) return some(http_field::basic(text_));
  if (form_ == form::token) return some(http_field::bearer(text_));
  if (form_ != form::token_file) return std::optional<http_field>();
  auto token = read_secret_file(text_);
  if (!token) return token.error();
  token->erase(token->find_last_not_of(" \t\r\n") + 1);
  return some(http_field::bearer(*token));
}

}  // namespace longpolld
