// Whatever a site's backend sends, the verdict does not depend on how its bytes are split, nor on what comes
// behind its reply; it allows only with 200 and a body that is empty, with a length, or an object whose list,
// if any, has all that was asked for. The first byte says where to split.
#include "longpolld/http/access/hook_answer.hpp"

#include "fuzz/fuzz.hpp"

#include <boost/json.hpp>

#include <algorithm>

using namespace longpolld;
using progress = hook_reply_reader::progress;

namespace {

constexpr std::size_t body_max = 1024;

struct outcome_of {
  hook_answer answer = hook_answer::unavailable("");
  std::string body;
  bool is_whole = false;
  bool is_by_end = false;  // only the end of the connection made it whole
  bool keeps = false;
  std::size_t left_over = 0;
};

const hook_question& question() {
  static const hook_question one(right::subscribe, {"a", "b"}, {}, "::1");
  return one;
}

outcome_of read(std::string_view bytes, std::size_t step) {
  hook_reply_reader reader(body_max);
  auto then = progress::more;
  while (!bytes.empty() && then == progress::more) {
    auto part = bytes.substr(0, step);
    const auto size = part.size();
    then = reader.feed(part);
    bytes.remove_prefix(size - part.size());
    fuzz::expect(then != progress::more || part.empty());
  }
  outcome_of made;
  made.left_over = bytes.size();
  if (then == progress::more) {
    then = reader.end();
    made.is_by_end = true;
  }
  fuzz::expect(then != progress::more);
  fuzz::expect(then == progress::whole || !reader.why().empty());
  if (then != progress::whole) return made;
  made.is_whole = true;
  made.keeps = reader.keeps();
  made.body = reader.reply().body;
  made.answer = judge(reader.reply(), question());
  return made;
}

void check(std::string_view bytes, const outcome_of& of) {
  const auto& verdict = of.answer.verdict;
  fuzz::expect(of.body.size() <= body_max);
  fuzz::expect(verdict.refused.empty() || verdict.refused.size() == 2);
  fuzz::expect(!of.answer.keep || verdict.what != hook_verdict::kind::unavailable);
  fuzz::expect(!of.keeps || !of.is_by_end);
  if (verdict.what != hook_verdict::kind::allowed) return;
  fuzz::expect(of.is_whole && bytes.starts_with("HTTP/1.") && bytes.substr(8, 4) == " 200");
  if (of.body.empty()) return fuzz::expect(!of.is_by_end);
  const auto said = boost::json::parse(of.body).as_object();
  if (!said.contains("allow")) return;
  const auto& list = said.at("allow").as_array();
  for (const char* name : {"a", "b"}) fuzz::expect(std::find(list.begin(), list.end(), name) != list.end());
}

}  // namespace

void fuzz::run(std::string_view input) {
  if (input.empty()) return;
  const auto step = std::size_t{1} + static_cast<unsigned char>(input.front());
  const auto bytes = input.substr(1);
  const auto at_once = read(bytes, bytes.size() + 1);
  check(bytes, at_once);
  const auto split = read(bytes, step);
  fuzz::expect(split.answer.verdict == at_once.answer.verdict && split.answer.keep == at_once.answer.keep);
  fuzz::expect(split.is_whole == at_once.is_whole && split.body == at_once.body &&
               split.keeps == at_once.keeps);
  fuzz::expect(split.left_over == at_once.left_over || !at_once.is_whole);
  if (!at_once.is_whole || at_once.is_by_end) return;
  const auto more = read(std::string(bytes) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", step);
  fuzz::expect(more.answer.verdict == at_once.answer.verdict && more.body == at_once.body);
}
