#include "longpolld/process/server.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/test_server.hpp"

#include <cerrno>
#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>

using namespace longpolld;
using namespace longpolld::test;

namespace {

/// From now on this thread gets EAFNOSUPPORT for sockets of IPv6, as on a system without it.
bool forbid_ipv6() {
  sock_filter lines[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(lines)), lines};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

TEST_CASE("every address is served over IPv4 and IPv6", "[process]") {
  for (const auto* every : {":0", "*:0", "[::]:0"}) {
    CAPTURE(every);
    process one({"--listen", every});
    const auto port = std::to_string(one.port());
    for (const auto* host : {"http://127.0.0.1:", "http://[::1]:"}) {
      CHECK(run({"publish", "a", "1", "--url", host + port}).code == 0);
    }
    CHECK(run({"--health", "--listen", ':' + port}).code == 0);
  }
}

TEST_CASE("every address is IPv4's alone on a system without IPv6", "[process]") {
  std::string every, one_of_ipv6;
  bool is_forbidden = false;
  std::thread([&] {
    is_forbidden = forbid_ipv6();
    const auto try_on = [](const char* address) -> std::string {
      auto of = test_config();
      of.listen = {address};
      try {
        const server on(of);
        return "port " + std::string(on.port() != 0 ? "given" : "missing");
      } catch (const server::cannot_listen& failed) {
        return failed.what();
      }
    };
    every = try_on("*:0");
    one_of_ipv6 = try_on("[::1]:0");
  }).join();
  REQUIRE(is_forbidden);
  CHECK(every == "port given");
  CHECK(one_of_ipv6.find("cannot listen on [::1]:0: Address family not supported") == 0);
}
