#include "longpolld/process/client/client_options.hpp"
#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/thread/shard.hpp"
#include "longpolld/thread/store/journal_books.hpp"
#include "longpolld/words/utf8.hpp"

#include <iostream>
#include <limits>
#include <set>
#include <sys/stat.h>

namespace longpolld {
namespace {

struct journal_options {
  std::string file, category;
  bool check = false, compact = false;
  CLI::App app{
      "Looks into the journal of a server that does not run: --check reads all of it and says what is wrong, "
      "with exit code 65 if anything is; --dump prints a category's events, a line each; --compact makes the "
      "file as small as it can be.",
      "longpolld journal"};

  journal_options() {
    shape_help(app);
    app.add_option("FILE", file, "The journal's file.")->required();
    auto* one = app.add_flag("--check", check, "Read everything and say what is wrong.");
    auto* other = app.add_option("--dump", category, "Print the events of this category.")->excludes(one);
    other->type_name("CATEGORY");
    app.add_flag("--compact", compact, "Give the room of what was deleted back.")
        ->excludes(one)
        ->excludes(other);
  }
};

/// Nobody else looks.
class unlocked final : public critical_section {
  void enter() override {}
  void leave() override {}
};

/// Standard output is for what was asked for.
class to_standard_error final : public log::line_sink {
 public:
  to_standard_error() { log::install(this); }
  ~to_standard_error() { log::install(nullptr); }
  to_standard_error(const to_standard_error&) = delete;
  to_standard_error& operator=(const to_standard_error&) = delete;
  void take(std::string_view line) noexcept override { log::write_all(STDERR_FILENO, line); }
};

int check(journal_file& of) {
  std::size_t wrong = 0;
  std::size_t rows = 0;
  const auto tell = [&](std::string_view table, std::int64_t row, std::string_view what) {
    ++wrong;
    std::cout << "table " << table << ", row " << row << ": " << what << '\n';
  };
  static_cast<void>(of.read_whole());
  std::set<std::int64_t> categories;
  of.read_categories([&](const journal_rows::category& one) {
    categories.insert(one.number);
    if (!one.fits) tell("category", one.number, "is damaged");
  });
  std::optional<std::int64_t> last;
  of.read_log(std::numeric_limits<std::int64_t>::min(), [&](const journal_rows::entry& one) {
    ++rows;
    if (last && one.number - 1 > *last) tell("log", *last + 1, "is missing");
    last = one.number;
    if (!one.fits) {
      tell("log", one.number, "is damaged");
    } else if (one.is != journal_rows::kind::told && !categories.contains(one.category)) {
      tell("log", one.number, "is of no known category");
    }
    return true;
  });
  of.read_repeats([&](const journal_rows::repeat& one) {
    if (!one.fits) tell("repeat", one.number, "is damaged");
  });
  if (const auto& cut = of.log_damage()) {
    ++wrong;
    std::cout << sql_log_path(of.path()) << ", byte " << cut->at << ": is damaged; " << cut->frames
              << " pages from there on cannot be read\n";
  }
  std::cout << categories.size() << " categories, " << rows << " rows, " << of.bytes()
            << " bytes: " << (wrong == 0 ? "all is well" : std::to_string(wrong) + " faults") << '\n';
  return wrong == 0 ? exit_ok : exit_refused;
}

/// All that a start would put back, whatever a server's limits.
int dump(journal_file& of, std::string_view category) {
  config limits;
  limits.max_event_buffer_size = limits.max_categories = limits.max_buffer_bytes =
      std::numeric_limits<std::int32_t>::max();
  const auto now = read_clocks();
  history events(limits, 0, now, 1);
  unlocked section;
  const auto read = journal_books(of, section, events).load(now, [](std::int64_t, std::int64_t) {});
  const auto* in = events.find(category);
  for (std::size_t i = 0; in && i < in->ring.size(); ++i)
    std::cout << for_output(in->ring[i]->json()) << '\n';
  return read.damaged == 0 ? exit_ok : exit_refused;
}

}  // namespace

usage journal_usage() { return usage_of(journal_options().app); }

int journal_command(int argc, const char* const* argv) try {
  journal_options of;
  if (const auto code = parse_arguments(of.app, argc, argv, exit_usage)) return *code;
  struct stat there {};
  if (::stat(of.file.c_str(), &there) != 0) {
    std::cerr << "longpolld journal: " << utf8::escaped(of.file) << ": there is no such file\n";
    return exit_unavailable;
  }
  const to_standard_error logs;
  journal_file file(of.file, std::nullopt, true);
  int code = exit_ok;
  if (of.compact && file.log_damage()) {
    std::cerr << "longpolld journal: " << utf8::escaped(sql_log_path(file.path()))
              << ": is damaged; start the server first\n";
    code = exit_refused;
  } else if (of.compact) {
    file.compact();
  } else if (!of.category.empty()) {
    code = dump(file, of.category);
  } else {
    code = check(file);
  }
  std::cout.flush();
  return std::cout ? code : exit_output;
} catch (const journal_fault& why) {
  std::cerr << "longpolld journal: " << why.what() << '\n';
  return why.is == journal_fault::kind::damaged ? exit_refused : exit_unavailable;
}

}  // namespace longpolld
