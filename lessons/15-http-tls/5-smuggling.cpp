// A proxy and the server behind it read the same bytes, and disagree where a request ends. Wrong:
// the proxy goes by Content-Length, and the server by Transfer-Encoding. What the proxy took for
// the rest of one client's body is the beginning of the next client's request. Right: who sees both
// refuses.
//
// Look at: what the server makes of ann's request, and whose answer she gets.

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "lessons/course/end_step.hh"
#include "net/http/request_parser.hh"

using waymark::demo::end_step;
using waymark::net::http::RequestParser;

namespace {

struct Reading {
    std::string line;  // the request line
    std::size_t size;  // of head and body
};

const std::string kHidden = "GET /delete?all HTTP/1.1\r\nX: ";
const std::string kMallory =
    "POST /search HTTP/1.1\r\nHost: shop\r\nContent-Length: " + std::to_string(kHidden.size() + 5) +
    "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kHidden;
const std::string kAnn = "GET /basket HTTP/1.1\r\nHost: shop\r\nCookie: ann\r\n\r\n";

bool has(std::string_view head, std::string_view line) {
    return head.find(line) != head.npos;
}

std::size_t length_in(const std::string& head) {
    const std::size_t place = head.find("Content-Length: ");
    return place == head.npos ? 0 : std::stoul(head.substr(place + 16));
}

//#region two-readers
Reading proxy_reads(const std::string& bytes) {
    const std::size_t end = bytes.find("\r\n\r\n") + 4;
    const std::string head = bytes.substr(0, end);
    return {head.substr(0, head.find("\r\n")), end + length_in(head)};  //@ 1
}

Reading server_reads(const std::string& bytes) {
    const std::size_t end = bytes.find("\r\n\r\n") + 4;
    const std::string head = bytes.substr(0, end);
    std::size_t body = length_in(head);
    if (has(head, "Transfer-Encoding: chunked"))        //@ 2
        body = bytes.find("0\r\n\r\n", end) + 5 - end;  //@ 2
    return {head.substr(0, head.find("\r\n")), end + body};
}
//#endregion two-readers

template <class Reader>
void show(const char* who, std::string bytes, Reader reads) {
    while (bytes.find("\r\n\r\n") != bytes.npos) {
        const Reading reading = reads(bytes);
        fmt::print("   {} sees {} ({} bytes)\n", who, reading.line, reading.size);
        bytes.erase(0, reading.size);
    }
    if (!bytes.empty())
        fmt::print("   {} waits for the rest of \"{}\"\n", who, bytes.substr(0, 24));
}

}  // namespace

int main() {
    fmt::print("1. mallory sends a request of {} bytes\n", kMallory.size());
    show("the proxy ", kMallory, proxy_reads);
    show("the server", kMallory, server_reads);
    end_step();
    fmt::print("2. ann's request goes over the same connection\n");
    show("the proxy ", kAnn, proxy_reads);
    show("the server", kMallory + kAnn, server_reads);
    end_step();
    fmt::print("3. RequestParser, as proxy or as server\n");
    RequestParser parser;
    if (parser.parse(kMallory) == RequestParser::State::refused)
        fmt::print("   {} {}\n", parser.refusal().status, parser.refusal().reason);
    end_step();
}
