#include "longpolld/thread/io/readiness.hpp"

#include "support/catch.hpp"

#include <functional>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace longpolld;

namespace {

/// One end of a connection that is watched; the test holds the other.
struct end : watcher {
  int near = -1, far = -1;
  std::vector<ready_for> told;
  std::function<void()> then = [] {};

  explicit end(readiness& by) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    near = ends[0];
    far = ends[1];
    by.add(near, *this);
  }
  ~end() {
    ::close(near);
    ::close(far);
  }
  void ready(ready_for what) override {
    told.push_back(what);
    then();
  }
  void say() const { REQUIRE(::send(far, "x", 1, 0) == 1); }
};

struct bench {
  boost::asio::io_context context{1};
  int batches = 0;
  int ended = 0;
  readiness watching{context, [this] { ++batches; }, [this] { ++ended; }};

  /// Lets it tell what there is.
  void turn() {
    context.restart();
    for (int i = 0; i < 3; ++i) context.poll_one();
  }
};

}  // namespace

TEST_CASE("a socket's watcher is notified of bytes and of the end, each time anew", "[thread]") {
  bench one;
  end socket(one.watching);
  one.turn();
  socket.told.clear();
  socket.say();
  one.turn();
  REQUIRE(socket.told.size() == 1);
  CHECK((socket.told[0].reading && !socket.told[0].ended));
  one.turn();
  CHECK(socket.told.size() == 1);
  socket.say();
  one.turn();
  CHECK(socket.told.size() == 2);
  ::shutdown(socket.far, SHUT_WR);
  one.turn();
  REQUIRE(socket.told.size() == 3);
  CHECK(socket.told[2].ended);
}

TEST_CASE("a watcher that is removed while others are notified is not notified any more", "[thread]") {
  bench one;
  auto first = std::make_unique<end>(one.watching);
  auto second = std::make_unique<end>(one.watching);
  one.turn();
  first->told.clear();
  second->told.clear();
  first->then = [&] {
    one.watching.remove(*second);
    second.reset();
  };
  first->say();
  second->say();
  one.turn();
  CHECK(first->told.size() == 1);
  CHECK_FALSE(second);
}

TEST_CASE("watching goes on after a watcher has thrown", "[thread]") {
  bench one;
  end socket(one.watching);
  one.turn();
  socket.then = [] { throw std::runtime_error("no memory"); };
  socket.say();
  CHECK_THROWS(one.turn());
  socket.then = [] {};
  socket.told.clear();
  socket.say();
  one.turn();
  CHECK(socket.told.size() == 1);
}

TEST_CASE("a watcher that throws costs neither the others of its batch nor the batch's end", "[thread]") {
  bench one;
  std::vector<std::unique_ptr<end>> all;
  for (int i = 0; i < 5; ++i) all.push_back(std::make_unique<end>(one.watching));
  one.turn();
  for (auto& socket : all) socket->told.clear();
  one.batches = one.ended = 0;
  for (const std::size_t i : {1U, 3U}) {
    all[i]->then = [i] { throw std::runtime_error("number " + std::to_string(i)); };
  }
  for (auto& socket : all) socket->say();
  CHECK_THROWS_WITH(one.turn(), "number 1");
  for (auto& socket : all) CHECK(socket->told.size() == 1);
  CHECK(one.batches == 1);
  CHECK(one.ended == 1);
}

TEST_CASE("many sockets are notified in batches, each with one beginning and one end", "[thread]") {
  bench one;
  std::vector<std::unique_ptr<end>> all;
  for (int i = 0; i < 300; ++i) all.push_back(std::make_unique<end>(one.watching));
  one.turn();
  for (auto& socket : all) socket->told.clear();
  one.batches = one.ended = 0;
  for (auto& socket : all) {
    socket->then = [&] { CHECK(one.ended == one.batches - 1); };
    socket->say();
  }
  one.turn();
  for (auto& socket : all) CHECK(socket->told.size() == 1);
  CHECK(one.batches == 2);
  CHECK(one.ended == 2);
}
