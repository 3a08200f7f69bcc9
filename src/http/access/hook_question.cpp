#include "longpolld/http/access/hook_question.hpp"

#include "longpolld/parts/wire.hpp"

#include <algorithm>
#include <string_view>

namespace longpolld {
namespace {

std::string_view name_of(right action) { return action == right::publish ? "publish" : "subscribe"; }

void add(std::string& to, std::size_t number) {
  for (int i = 0; i < 8; ++i, number >>= 8U) to += static_cast<char>(number & 0xffU);
}

void add(std::string& to, std::string_view part) {
  add(to, part.size());
  to += part;
}

}  // namespace

hook_question::hook_question(right action, std::vector<std::string> categories, std::vector<field> forwarded,
                             std::string client, client_key counts_for)
    : action_(action),
      categories_(std::move(categories)),
      forwarded_(std::move(forwarded)),
      client_(std::move(client)),
      counts_for_(counts_for) {
  std::sort(categories_.begin(), categories_.end());
  categories_.erase(std::unique(categories_.begin(), categories_.end()), categories_.end());
  std::string all;
  add(all, name_of(action_));
  add(all, client_);
  add(all, forwarded_.size());
  for (const auto& one : forwarded_) {
    add(all, one.name);
    add(all, one.value);
  }
  add(all, categories_.size());
  for (const auto& one : categories_) add(all, one);
  key_ = sha256(all);
  bytes_ = sizeof *this + all.size() + sizeof(field) * (forwarded_.size() + categories_.size());
}

std::string hook_question::body() const {
  std::string made = R"({"action":")" + std::string(name_of(action_)) + R"(","categories":[)";
  for (const auto& one : categories_) made += (&one == categories_.data() ? "" : ",") + wire::quoted(one);
  return made + R"(],"client":)" + wire::quoted(client_) + '}';
}

}  // namespace longpolld
