#include "longpolld/process/client/client_options.hpp"

#include "longpolld/parts/wire_read.hpp"
#include "longpolld/process/command_line.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/quantity.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

namespace longpolld {
namespace {

/// Up to half a second, which doubles with each failure up to 30 seconds.
retry_deadline::seconds random_part(unsigned failures) {
  static std::mt19937 random{std::random_device{}()};
  const double most = std::min(30.0, 0.5 * static_cast<double>(1U << std::min(failures, 6U)));
  return retry_deadline::seconds(std::uniform_real_distribution<>(0, most)(random));
}

}  // namespace

void client_options::add_to(CLI::App& app, const std::string& quiet) {
  shape_help(app);
  app.add_option("-u,--url", url, "Where the server is; also $LONGPOLLD_URL. Default " + url + '.')
      ->envname("LONGPOLLD_URL")
      ->type_name("URL");
  app.add_option("--header", headers_, "Send this field with each request; may be repeated.")
      ->type_name("'NAME: VALUE'")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  credentials_.add_to(app);
  app.add_option("--ca", ca_,
                 "Of https: trust servers whose certificate one of those in this file, in PEM, has signed. "
                 "Default: those that the system trusts.")
      ->type_name("FILE");
  app.add_flag("--insecure", is_insecure_, "Of https: trust whoever answers, and say so.");
  app.add_flag("-q,--quiet", is_quiet, quiet);
  app.add_option("--patience", patience_seconds,
                 patience_seconds < 0
                     ? "Give up after this long without an answer. Default: never give up."
                     : "How long to try again while the server is away or busy. Default 0: try once.")
      ->transform(is_seconds())
      ->type_name("SECONDS");
  app.add_option("--max-reply-bytes", max_reply_bytes,
                 "Refuse larger replies. Default " +
                     show_quantity(static_cast<std::int64_t>(max_reply_bytes), unit::bytes) +
                     ": far above what a server sends unless its own max_reply_bytes was raised.")
      ->transform(is_size())
      ->type_name("BYTES");
}

http_answer client_options::call(const std::string& target, const std::string& body,
                                 std::chrono::steady_clock::duration patience, const http_field* also) const {
  auto fields = fields_;
  auto own = credentials_.field();
  if (!own) {
    http_answer none;
    none.problem = own.error().text;
    return none;
  }
  if (*own) fields.push_back(std::move(**own));
  const auto is_same = [&](const http_field& one) { return also && ascii::same(one.name, also->name); };
  if (also && std::none_of(fields.begin(), fields.end(), is_same)) fields.push_back(*also);
  auto answer = http_call(server, target, body, patience, max_reply_bytes, fields);
  if (answer.is_too_large) answer.problem += " (--max-reply-bytes)";
  return answer;
}

CLI::Validator is_seconds() {
  constexpr double seconds_max = 1e9;
  // Changes "5m" to "300", which CLI11 then reads.
  const auto check = [](std::string& text) -> std::string {
    const auto end =
        std::find_if(text.rbegin(), text.rend(), [](char c) { return !ascii::is_letter(c); }).base();
    const std::string number(text.begin(), end), name(end, text.end());
    const auto factor = name.empty() ? std::optional<std::int64_t>(1'000) : milliseconds_in(name);
    double value = 0;
    const bool is_number = !number.empty() && CLI::detail::lexical_cast(number, value);
    if (!factor || !is_number || !(std::abs(value) <= seconds_max)) {
      return '"' + text +
             "\" is not a time; allowed is a number of seconds, or one with ms, s, m or h as in 5m";
    }
    text = std::to_string(value * static_cast<double>(*factor) / 1'000);
    return {};
  };
  return {check, ""};
}

CLI::Validator is_size() {
  const auto check = [](std::string& text) -> std::string {
    const auto bytes = read_quantity(text, unit::bytes);
    if (!bytes.fault.empty()) return bytes.fault + "; allowed is " + allowed_quantity(unit::bytes);
    if (bytes.value < 0) return '"' + text + "\" is below 0";
    text = std::to_string(bytes.value);
    return {};
  };
  return {check, ""};
}

std::optional<int> client_options::parse(CLI::App& app, int argc, const char* const* argv) {
  if (const auto code = parse_arguments(app, argc, argv, exit_usage)) return code;
  const auto refuse = [&](const std::string& why) {
    std::cerr << app.get_name() << ": " << utf8::escaped(why) << '\n';
    return exit_usage;
  };
  auto at = server_url::parse(url);
  if (!at) return refuse("--url: " + at.error().text);
  server = std::move(*at);
  if (!ca_.empty() && is_insecure_) return refuse("--ca: --insecure trusts anyone already");
  if ((!ca_.empty() || is_insecure_) && !server.is_https) {
    return refuse(std::string(is_insecure_ ? "--insecure" : "--ca") + ": is for a --url of https");
  }
  server.ca = ca_;
  server.is_anyone = is_insecure_;
  if (is_insecure_) {
    std::cerr << app.get_name() << ": --insecure: whoever answers is taken for the server\n";
  }
  for (const auto& one : headers_) {
    auto field = http_field::parse(one);
    if (!field) return refuse("--header: " + field.error().text);
    fields_.push_back(std::move(*field));
  }
  const bool is_said = std::any_of(fields_.begin(), fields_.end(), [](const http_field& one) {
    return ascii::same(one.name, "Authorization");
  });
  if (const auto fault = credentials_.settle(is_said)) return refuse(*fault);
  return std::nullopt;
}

void retry_deadline::restart() {
  began_ = std::chrono::steady_clock::now();
  failures_ = 0;
}

bool retry_deadline::wait(int retry_after_seconds, seconds most) {
  const auto pause = std::min(random_part(failures_++) + seconds(retry_after_seconds), most);
  const seconds waited = std::chrono::steady_clock::now() - began_;
  if (patience_seconds_ >= 0 && (waited + pause).count() > patience_seconds_) return false;
  std::this_thread::sleep_for(pause);
  return true;
}

void retry_deadline::rest(seconds most) { std::this_thread::sleep_for(std::min(random_part(0), most)); }

std::string explain(const http_answer& of) {
  if (of.status == 0) return "no answer: " + of.problem;
  if (of.status == 200) return "the answer does not come from longpolld";
  const auto status = "status " + std::to_string(of.status);
  const auto why = wire::read_error(of.body);
  return why ? readable(*why) + " (" + status + ')' : status;
}

std::string readable(std::string_view text) {
  constexpr std::size_t bytes_max = 1'000;
  const auto head = utf8::head(text, bytes_max);
  return utf8::escaped(head) + (head.size() < text.size() ? "…" : "");
}

std::string for_output(std::string_view text) {
  static const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  return is_terminal ? utf8::escaped(text) : std::string(text);
}

}  // namespace longpolld
