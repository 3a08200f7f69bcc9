#include "longpolld/thread/store/redis_password.hpp"

#include "longpolld/thread/io/text_file.hpp"
#include "longpolld/words/ascii.hpp"
#include "longpolld/words/utf8.hpp"

#include <algorithm>

namespace longpolld {

outcome<std::string> read_redis_password(const std::string& path) {
  const auto wrong = [&](const std::string& why) { return error{0, utf8::escaped(path) + ": " + why}; };
  const auto text = read_text_file(path);
  if (!text) return wrong(text.error().text);
  const auto end = text->find('\n');
  std::string password(
      ascii::without_line_end(std::string_view(*text).substr(0, end == text->npos ? end : end + 1)));
  if (password.empty()) return wrong("its first line is empty, which is no password");
  return password;
}

}  // namespace longpolld
