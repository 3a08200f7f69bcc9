#include "longpolld/parts/category.hpp"

#include "longpolld/parts/position.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace longpolld {
namespace {

struct sip_state {
  std::uint64_t a, b, c, d;

  void round() {
    a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
    c += d, d = std::rotl(d, 16) ^ c;
    a += d, d = std::rotl(d, 21) ^ a;
    c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
  }
};

}  // namespace

std::uint64_t siphash_1_3(std::array<std::uint64_t, 2> key, std::string_view text) {
  sip_state state{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
                  key[1] ^ 0x7465646279746573U};
  const auto take = [&](std::uint64_t word) {
    state.d ^= word;
    state.round();
    state.a ^= word;
  };
  const std::uint64_t length = text.size();
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    take(word);
  }
  std::uint64_t last = length << 56U;
  for (std::size_t i = 0; i < text.size(); ++i) {
    last |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8U * i);
  }
  take(last);
  state.c ^= 0xffU;
  for (int i = 0; i < 3; ++i) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

std::size_t category_hash::operator()(std::string_view name) const { return siphash_1_3(key, name); }

std::uint64_t category_epoch(std::uint64_t history_key, std::string_view name) {
  return siphash_1_3({history_key, 0}, name) % epoch_end;
}

std::optional<error> category_fault(std::string_view name) {
  if (name.empty()) return error{400, "category must not be empty"};
  if (name.size() > category_bytes_max) {
    return error{400, "category must not be longer than 1024 bytes of UTF-8"};
  }
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  for (;;) {
    const auto* const other = std::find_if_not(name.begin(), name.end(), is_plain);
    name.remove_prefix(static_cast<std::size_t>(other - name.begin()));
    if (name.empty()) return std::nullopt;
    const auto point = utf8::next(name);
    if (!point) return error{400, "category must be valid UTF-8"};
    if (utf8::is_control(point->code)) return error{400, "category must not contain control characters"};
    if (utf8::is_invisible(point->code)) {
      return error{400, "category must not contain invisible or direction-changing characters"};
    }
    name.remove_prefix(point->bytes);
  }
}

}  // namespace longpolld
