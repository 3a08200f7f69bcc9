#include "longpolld/process/commands.hpp"
#include "longpolld/process/exit_codes.hpp"
#include "longpolld/process/options.hpp"
#include "longpolld/process/reload.hpp"
#include "longpolld/process/server.hpp"
#include "longpolld/thread/io/log_writer.hpp"
#include "longpolld/thread/io/memory_reserve.hpp"
#include "longpolld/thread/store/journal_fault.hpp"
#include "longpolld/words/log.hpp"

#include <csignal>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace longpolld;

// Enough for what every thread has under way; it is only address space until memory fails.
constexpr std::size_t reserve_bytes = 16UL << 20;

/// Without this the log, written to descriptor 1, could go to whatever socket has got that number. Opened for
/// reading, so that writing fails as it would have.
void keep_standard_descriptors() {
  int opened = 0;
  while (opened >= 0 && opened <= STDERR_FILENO) opened = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (opened >= 0) ::close(opened);
}

/// Uses all descriptors the system allows, and says when they are fewer than max_connections wants.
void fit_descriptors(config& of) {
  constexpr std::size_t of_process = 22;    // logs, listeners, signals
  constexpr std::size_t of_each_shard = 5;  // epoll, timers, wakes
  const auto of_admins = of.admin_listen.empty() ? 0 : 2 * of.max_admin_connections;  // near and far
  const auto spared = static_cast<config::number>(of_process + of_each_shard * shard_count(of)) + of_admins;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
  static_cast<void>(::getrlimit(RLIMIT_NOFILE, &limit));
  const auto most = std::max<config::number>(1, static_cast<config::number>(limit.rlim_cur) - spared);
  if (of.max_connections <= most) return;
  log::warn("fewer descriptors than max_connections; it is lowered",
            {{"descriptors", limit.rlim_cur}, {"max_connections", of.max_connections}, {"lowered_to", most}});
  of.max_connections = most;
  // Else one address could have all of them.
  const auto half = std::max<config::number>(1, most / 2);
  if (of.max_connections_per_address > half) of.max_connections_per_address = half;
}

/// One thread needs one arena, and an arena that grows by more than a page at a time.
void fit_allocator(const config& of) {
  if (of.threads == 1) ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TOP_PAD, 1 << 20);
}

}  // namespace

int main(int argc, char** argv) try {
  keep_standard_descriptors();
  if (argc > 1 && argv[1][0] != '-') {
    const auto* named = find_command(argv[1]);
    if (!named) return refuse_command(argv[1]);
    if (named->run) return named->run(argc - 1, argv + 1);
    --argc, ++argv;
  }
  // Before anything takes time: whoever has it reloaded does not know that it only begins.
  for (const int number : {SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM}) std::signal(number, SIG_IGN);
  auto chosen = read_options(argc, argv);
  auto& of = chosen.value;
  if (chosen.exit) return *chosen.exit;
  const auto as_written = of;
  if (chosen.health) return ask_health(of);
  log::configure(of.logging_enabled ? of.log_level : log::level::off, of.log_format);
  const log_writer writes_the_log;
  fit_descriptors(of);
  fit_allocator(of);
  memory_reserve::install(reserve_bytes);
  const auto sockets = systemd_notify::take_sockets();
  if (!sockets) throw server::cannot_listen(sockets.error().text);
  server one(of, chosen.access, *sockets, chosen.tls);
  reload follows(of, as_written, [argc, argv] { return read_options_again(argc, argv); });
  one.on_reload([&follows](server& running) { return follows(running); });
  one.start();
  one.run();
  one.ignore_signals();
  return exit_ok;
} catch (const longpolld::server::cannot_listen& failed) {
  std::cerr << "longpolld: " << failed.what() << '\n';
  return longpolld::exit_unavailable;
} catch (const longpolld::access_log::fault& failed) {
  std::cerr << "longpolld: " << failed.what() << '\n';
  return longpolld::exit_unavailable;
} catch (const longpolld::journal_fault& failed) {
  std::cerr << "longpolld: " << failed.what() << '\n';
  return longpolld::exit_unavailable;
} catch (const std::exception& failed) {
  std::cerr << "longpolld: " << failed.what() << '\n';
  return 1;
}
