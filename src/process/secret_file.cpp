#include "longpolld/process/secret_file.hpp"

#include "longpolld/thread/io/text_file.hpp"
#include "longpolld/words/utf8.hpp"

#include <fstream>

namespace longpolld {

outcome<std::string> read_secret_file(const std::string& path) {
  std::ifstream file(path);
  std::string text(text_file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto wrong = [&](const char* why) { return error{0, utf8::escaped(path) + why}; };
  if (text.empty()) return wrong(" cannot be read, or is empty");
  if (text.size() > text_file_bytes_max) return wrong(" is larger than 1 MiB");
  return text;
}

}  // namespace longpolld
