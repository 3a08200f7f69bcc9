#include "support/process.hpp"

#include "support/client.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace longpolld::test {

process::process(std::vector<std::string> arguments, std::vector<std::string> environment,
                 const std::vector<int>& listening, const std::vector<std::pair<int, rlim_t>>& limits) {
  arguments.insert(arguments.begin(), LONGPOLLD_BINARY);
  std::vector<char*> words;
  for (auto& one : arguments) words.push_back(one.data());
  words.push_back(nullptr);
  for (char** one = environ; *one; ++one) environment.insert(environment.begin(), *one);
  std::string listen_pid = "LISTEN_PID=" + std::string(20, ' ');
  std::vector<char*> variables;
  std::vector<int> away;  // from where they are to be
  if (!listening.empty()) {
    environment.emplace_back("LISTEN_FDS=" + std::to_string(listening.size()));
    variables.push_back(listen_pid.data());
    for (const int one : listening) away.push_back(::fcntl(one, F_DUPFD_CLOEXEC, 100));
  }
  for (auto& one : environment) variables.push_back(one.data());
  variables.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  pipe_ = ends[0];
  ::fcntl(pipe_, F_SETFL, O_NONBLOCK);
  id_ = ::fork();
  if (id_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    for (std::size_t i = 0; i < away.size(); ++i) ::dup2(away[i], 3 + static_cast<int>(i));
    if (!away.empty()) {
      std::snprintf(listen_pid.data(), listen_pid.size(), "LISTEN_PID=%d", ::getpid());
    }
    for (const auto& [resource, value] : limits) {
      const rlimit both{value, value};
      ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
    }
    ::execve(words[0], words.data(), variables.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  for (const int one : away) ::close(one);
}

process::~process() {
  if (!exit_ && id_ > 0) {
    signal(SIGKILL);
    wait();
  }
  if (pipe_ >= 0) ::close(pipe_);
}

void process::signal(int number) const {
  if (id_ > 0 && !exit_) ::kill(id_, number);  // -1, where there was no fork, would be everybody
}

void process::read_some() {
  char buffer[65536];
  for (;;) {
    const auto count = ::read(pipe_, buffer, sizeof buffer);
    if (count <= 0) return;
    output_.append(buffer, static_cast<std::size_t>(count));
  }
}

/// Whether it has ended.
void process::look() {
  int status = 0;
  if (exit_ || ::waitpid(id_, &status, WNOHANG) != id_) return;
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::optional<int> process::wait(std::chrono::milliseconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  for (look(); !exit_ && std::chrono::steady_clock::now() < end; look()) {
    read_some();
    pause_briefly();
  }
  read_some();
  return exit_;
}

std::optional<int> process::wait_unread(std::chrono::milliseconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  for (look(); !exit_ && std::chrono::steady_clock::now() < end; look()) pause_briefly();
  return exit_;
}

void process::close_output() { ::close(std::exchange(pipe_, -1)); }

std::string process::output() {
  read_some();
  return output_;
}

bool process::says(const std::string& text) {
  return eventually([&] { return output().find(text) != std::string::npos; });
}

std::uint16_t process::port(std::size_t index) {
  std::size_t at = 0;
  const auto find = [&] {
    output();
    at = 0;
    for (std::size_t i = 0; i <= index; ++i) {
      at = output_.find("listening address=", at + 1);
      if (at == std::string::npos) return false;
    }
    return output_.find('\n', at) != std::string::npos;
  };
  static_cast<void>(eventually([&] {
    look();
    return find() || exit_;
  }));
  if (!find()) return 0;
  const auto line = output_.substr(at + 18, output_.find(' ', at + 18) - at - 18);
  return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
}

std::chrono::duration<double> process::cpu() const {
  double nanoseconds = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(id_) + "/task")) {
    double of_task = 0;
    std::ifstream(task.path() / "schedstat") >> of_task;
    nanoseconds += of_task;
  }
  return std::chrono::duration<double>(nanoseconds / 1e9);
}

std::size_t process::resident_bytes() const {
  std::size_t pages = 0, resident = 0;
  std::ifstream("/proc/" + std::to_string(id_) + "/statm") >> pages >> resident;
  return resident * static_cast<std::size_t>(::getpagesize());
}

std::size_t process::descriptors() const {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(id_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool holds(const finished& of, const std::string& text) { return of.output.find(text) != std::string::npos; }

finished run(std::vector<std::string> arguments, std::vector<std::string> environment) {
  process one(std::move(arguments), std::move(environment));
  const auto code = one.wait();
  return {code.value_or(-1), one.output()};
}

finished shell(const std::string& lines) {
  auto* pipe = ::popen(("export LONGPOLLD=" LONGPOLLD_BINARY "; (" + lines + ") 2>&1").c_str(), "r");
  finished done;
  for (int c = std::getc(pipe); c != EOF; c = std::getc(pipe)) done.output += static_cast<char>(c);
  done.code = WEXITSTATUS(::pclose(pipe));
  return done;
}

}  // namespace longpolld::test
