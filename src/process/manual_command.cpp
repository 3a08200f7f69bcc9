#include "longpolld/process/commands.hpp"
#include "longpolld/process/config/config_example.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/process/manual_page.hpp"
#include "longpolld/process/options.hpp"

#include <iostream>
#include <string>

namespace longpolld {
namespace {

constexpr std::string_view of_program = "longpolld", of_file = "longpolld.toml";

struct manual_options {
  std::string page{of_program};
  CLI::App app{
      "Prints a manual page, of the program or of its file of options, as man reads it.\n"
      "Use it with: longpolld manual longpolld.toml | man -l -",
      "longpolld manual"};

  manual_options() {
    shape_help(app);
    app.add_option("PAGE", page, "longpolld or longpolld.toml. Default longpolld.");
  }
};

struct manual_row {
  std::string_view name, means;
};

constexpr manual_row file_rows[] = {
    {"/etc/longpolld/longpolld.toml", "The options of the installed service, see longpolld.toml(5)."},
    {"/var/lib/longpolld/longpolld.db", "The journal of the installed service."},
};

constexpr manual_row signal_rows[] = {
    {"SIGTERM", "Stop, with all that drain_delay_seconds and drain_timeout_seconds promise."},
    {"SIGINT", "The same without the delay. A second signal ends all at once."},
    {"SIGHUP", "Read the file of options again: all of it or, with a fault, nothing."},
    {"SIGUSR1", "Log all counts."},
};

constexpr manual_row exit_rows[] = {
    {"0", "Done; of the server: stopped by a signal."},
    {"1",
     "--health: the server is not there or not well. tail --for: the time was over before --count events "
     "came."},
    {"3", "tail --strict: something was no longer kept."},
    {"64", "An argument of a command is wrong."},
    {"65", "The server refused it, the input is not JSON, or journal --check found a fault."},
    {"69", "No answer; of the server: an address, a socket or a journal cannot be used."},
    {"74", "The output cannot be written; of the server: the journal fails."},
    {"78", "An option is wrong, or its file cannot be read."},
};

void add_rows(manual_page& to, std::string_view heading, std::span<const manual_row> rows) {
  to.heading(heading);
  for (const auto& one : rows) to.item(one.name, one.means);
}

/// The flags, but for --help, which all have.
void add_flags(manual_page& to, const usage& of, std::string_view group = {}) {
  for (const auto& one : of.flags) {
    if (one.names.back() != "--help" && (group.empty() || one.group == group)) to.item(one.title, one.help);
  }
}

void add_command(manual_page& to, const command& one) {
  const auto of = one.describe();
  std::string line = "longpolld " + std::string(one.name);
  for (const auto& argument : of.arguments) {
    line += ' ' + (argument.is_required ? argument.title : '[' + argument.title + ']');
  }
  to.subheading(line + " [OPTIONS]");
  to.paragraph(of.description + (one.alias.empty() ? "" : "\nShort: longpolld " + std::string(one.alias)));
  for (const auto& argument : of.arguments) to.item(argument.title, argument.help);
  add_flags(to, of);
}

std::string page_of_program() {
  manual_page made(of_program, 1, "web publish/subscribe by long polling, over plain HTTP");
  made.heading("SYNOPSIS");
  made.paragraph("longpolld [serve] [OPTIONS]\nlongpolld COMMAND [ARGUMENTS] [OPTIONS]");
  made.heading("DESCRIPTION");
  made.paragraph(
      "A program POSTs an event to a category; browsers and programs wait for it with GET. The server holds "
      "each request until an event, its timeout or its disconnect ends it. No event is lost, doubled or "
      "reordered for a client that keeps polling with the cursor it was last given; if something is no "
      "longer "
      "kept, the reply says so.");
  made.paragraph(
      "Without a command it serves until a signal stops it. Every command has --help, which prints its "
      "options.");
  made.heading("OPTIONS OF THE SERVER");
  add_flags(made, serve_usage(), "General");
  made.paragraph(
      "Every option of longpolld.toml(5) is also a flag, with dashes: log_level = \"warn\" there is "
      "--log-level warn here.");
  made.heading("COMMANDS");
  for (const auto& one : commands()) {
    if (one.run) add_command(made, one);
  }
  made.heading("ENVIRONMENT");
  made.paragraph(
      "Every option of the server is also a variable, as LONGPOLLD_LOG_LEVEL. publish and tail read "
      "LONGPOLLD_URL, LONGPOLLD_USER and LONGPOLLD_TOKEN.");
  add_rows(made, "SIGNALS", signal_rows);
  add_rows(made, "FILES", file_rows);
  add_rows(made, "EXIT STATUS", exit_rows);
  made.heading("SEE ALSO");
  made.paragraph("longpolld.toml(5), systemctl(1), curl(1)");
  return made.text();
}

/// Without the marks of lines that do nothing in the file.
std::string uncommented(std::string_view lines) {
  std::string made;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const bool begins = at == 0 || lines[at - 1] == '\n';
    const bool is_mark = begins && lines[at] == '#' && at + 1 < lines.size() && lines[at + 1] != ' ';
    if (!is_mark) made += lines[at];
  }
  return made.substr(made.find_first_not_of('\n'));
}

std::string page_of_file() {
  manual_page made(of_file, 5, "the options of longpolld");
  made.heading("DESCRIPTION");
  made.paragraph(
      "A file in TOML, named by longpolld --config; that of the installed service is "
      "/etc/longpolld/longpolld.toml. longpolld --check-config says all that is wrong with it, "
      "--print-config each value and where it came from.");
  made.paragraph(config_opening());
  made.paragraph(
      "SIGHUP, or systemctl reload longpolld, has it read again: what says \"can be reloaded\" changes "
      "while the server runs.");
  std::string_view group;
  for (const auto& one : all_options()) {
    if (one.group != group) made.heading(one.group);
    group = one.group;
    made.item(config_line(one), help_of(one));
  }
  made.heading("Tables");
  made.example(uncommented(config_tables()));
  made.heading("SEE ALSO");
  made.paragraph("longpolld(1)");
  return made.text();
}

}  // namespace

usage manual_usage() { return usage_of(manual_options().app); }

int manual_command(int argc, const char* const* argv) {
  manual_options of;
  if (const auto code = parse_arguments(of.app, argc, argv, exit_usage)) return *code;
  if (of.page != of_program && of.page != of_file) {
    std::cerr << "longpolld manual: there is no such page; there are longpolld and longpolld.toml\n";
    return exit_usage;
  }
  std::cout << (of.page == of_program ? page_of_program() : page_of_file()) << std::flush;
  return std::cout ? exit_ok : exit_output;
}

}  // namespace longpolld
