#include "support/framing_cases.hpp"

namespace longpolld::test {
namespace {

using namespace std::string_literals;

const std::string get = "GET /healthz HTTP/1.1\r\nHost: barn.example\r\n\r\n";

std::string with(const std::string& fields) {
  return "GET /healthz HTTP/1.1\r\nHost: barn.example\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body = "") {
  return "POST /publish HTTP/1.1\r\nHost: barn.example\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string counted(const std::string& body) {
  return post("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}
std::string line(const std::string& first) { return first + "\r\nHost: barn.example\r\n\r\n"; }

struct row {
  const char* name;
  std::string bytes;
  std::size_t further = 0;  ///< whole requests beyond the usual
};

std::vector<row> whole() {
  return {
      {"one request", get},
      {"three at once", get + get + get, 2},
      {"an empty line before it", "\r\n" + get},
      {"a body of known length", counted("sheep")},
      {"an empty body", counted("")},
      {"a length with leading zeros", post("Content-Length: 005\r\n", "sheep")},
      {"a body that looks like a request", counted(get)},
      {"a body, and a request behind it", counted("sheep") + get, 1},
      {"a chunk", chunked("4\r\nwool\r\n0\r\n\r\n")},
      {"chunks with sizes in upper and lower case",
       chunked("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n")},
      {"a size with leading zeros", chunked("0004\r\nwool\r\n000\r\n\r\n")},
      {"a chunk that looks like the last one", chunked("5\r\n0\r\n\r\n\r\n0\r\n\r\n")},
      {"an extension", chunked("4;colour=white\r\nwool\r\n0\r\n\r\n")},
      {"an extension in quotes", chunked("4;colour=\"off;white\"\r\nwool\r\n0\r\n\r\n")},
      {"a trailer", chunked("4\r\nwool\r\n0\r\nWeight: 3\r\n\r\n")},
      {"chunks, and a request behind them", chunked("4\r\nwool\r\n0\r\n\r\n") + get, 1},
      {"a coding in capitals", post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n")},
      {"a whole address as target", line("GET http://other.example/healthz HTTP/1.1")},
      {"a star as target", line("OPTIONS * HTTP/1.1")},
      {"HEAD", line("HEAD /healthz HTTP/1.1")},
      {"a field without a value", with("Nothing:\r\n")},
      {"white space around a value", with("Colour: \t red \t \r\n")},
      {"a byte above 127 in a value", with("Colour: r\xf6t\r\n")},
      {"HTTP/1.0 without a host", "GET /healthz HTTP/1.0\r\n\r\n"},
      {"the last request", with("Connection: close\r\n")},
  };
}

std::vector<row> unfinished() {
  return {
      {"half a request line", "GET /hea"},
      {"a head without its end", "GET /healthz HTTP/1.1\r\nHost: barn.example\r\n"},
      {"half of a line's end", "GET /healthz HTTP/1.1\r"},
      {"a body that is too short", post("Content-Length: 6\r\n", "sheep")},
      {"half a size", chunked("4")},
      {"half a chunk", chunked("4\r\nwo")},
      {"no last chunk", chunked("4\r\nwool\r\n")},
      {"no line behind the last chunk", chunked("4\r\nwool\r\n0\r\n")},
      {"a request and a half", get + "GET", 1},
  };
}

std::vector<row> refused() {
  return {
      {"lines that end in LF", "GET /healthz HTTP/1.1\nHost: barn.example\n\n"},
      {"a CR inside a value", with("Colour: r\red\r\n")},
      {"a zero byte in a value", with("Colour: r\0d\r\n"s)},
      {"white space before the colon", with("Colour : red\r\n")},
      {"a field without a colon", with("Colour red\r\n")},
      {"a field without a name", with(": red\r\n")},
      {"a folded field", with("Colour: red\r\n and white\r\n")},
      {"white space before the first field", "GET /healthz HTTP/1.1\r\n Host: barn.example\r\n\r\n"},
      {"no host", "GET /healthz HTTP/1.1\r\n\r\n"},
      {"two hosts", with("Host: shed.example\r\n")},
      {"a host with a path", "GET /healthz HTTP/1.1\r\nHost: barn.example/door\r\n\r\n"},
      {"two spaces", line("GET  /healthz HTTP/1.1")},
      {"a tab between the parts", line("GET\t/healthz HTTP/1.1")},
      {"a method that is no word", line("G{T /healthz HTTP/1.1")},
      {"a fragment in the target", line("GET /healthz#top HTTP/1.1")},
      {"no version", line("GET /healthz")},
      {"a version to come", line("GET /healthz HTTP/4.0")},
      {"the version in lower case", line("GET /healthz http/1.1")},
      {"a greeting of TLS", "\x16\x03\x01\x00\x05hello"s},
      {"a length and a coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "sheep")},
      {"two lengths in one field", post("Content-Length: 5, 6\r\n", "sheep")},
      {"a length with a sign", post("Content-Length: +5\r\n", "sheep")},
      {"a length below nothing", post("Content-Length: -5\r\n", "sheep")},
      {"a length in another base", post("Content-Length: 0x5\r\n", "sheep")},
      {"a length with a space in it", post("Content-Length: 0 5\r\n", "sheep")},
      {"a length beyond all numbers", post("Content-Length: 99999999999999999999\r\n", "sheep")},
      {"a coding that is not known", post("Transfer-Encoding: woven\r\n", "0\r\n\r\n")},
      {"two codings", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {"a coding twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"a coding in HTTP/1.0", "POST /publish HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"a size with a prefix", chunked("0x4\r\nwool\r\n0\r\n\r\n")},
      {"a size with a sign", chunked("+4\r\nwool\r\n0\r\n\r\n")},
      {"a size that is no number", chunked("four\r\nwool\r\n0\r\n\r\n")},
      {"white space before a size", chunked(" 4\r\nwool\r\n0\r\n\r\n")},
      {"a size line that ends in LF", chunked("4\nwool\r\n0\r\n\r\n")},
      {"a size beyond all numbers", chunked("44444444444444444\r\nwool\r\n0\r\n\r\n")},
      {"a chunk longer than its size", chunked("3\r\nwool\r\n0\r\n\r\n")},
      {"a trailer without a colon", chunked("0\r\nWeight 3\r\n\r\n")},
      {"a fault in the second request", get + line("GET  /healthz HTTP/1.1"), 1},
  };
}

}  // namespace

std::vector<corpus_case> framing_cases() {
  std::vector<corpus_case> all;
  const auto add = [&](const std::vector<row>& rows, const std::string& expect, std::size_t usual) {
    for (const auto& of : rows) all.push_back({of.name, of.bytes, expect, "", usual + of.further, false});
  };
  add(whole(), "END", 1);
  add(unfinished(), "INCOMPLETE", 0);
  add(refused(), "REJECT", 0);
  add({{"a request behind the last one", with("Connection: close\r\n") + get},
       {"a request behind one of HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n" + get}},
      "CLOSE", 1);
  return all;
}

}  // namespace longpolld::test
