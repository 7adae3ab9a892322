// A client from the old days sends a line end behind the body of a POST, which Content-Length does
// not count. Wrong: the server takes it for the next request. Its answer is one too many, and from
// there on each answer belongs to another request. Right: one empty line before a request is passed
// over.
//
// Look at: what the client takes for the answer to GET /balance.

#include <fmt/core.h>

#include <string>
#include <vector>

#include "lessons/course/end_step.hh"
#include "net/http/request_parser.hh"

using waymark::demo::end_step;
using waymark::net::http::RequestParser;

namespace {

const std::string kSent =
    "POST /login HTTP/1.1\r\nHost: bank\r\nContent-Length: 8\r\n\r\nuser=ann\r\n"
    "GET /balance HTTP/1.1\r\nHost: bank\r\n\r\n"
    "GET /logout HTTP/1.1\r\nHost: bank\r\n\r\n";
const std::vector<std::string> kAsked = {"/login", "/balance", "/logout"};

std::string answer_to(const std::string& line) {
    const std::size_t begin = line.find(' ');
    if (begin == line.npos) return "400 Bad Request";
    return "200, " + line.substr(begin + 1, line.rfind(' ') - begin - 1);
}

// A head is what comes up to an empty line; the first line of it is the request.
//#region naive
std::vector<std::string> naive(std::string bytes) {
    std::vector<std::string> answers;
    while (!bytes.empty()) {
        const std::string line = bytes.substr(0, bytes.find("\r\n"));
        answers.push_back(answer_to(line));  //@ 1
        if (line.empty()) {                  //@ 1
            bytes.erase(0, 2);
            continue;
        }
        const std::size_t end = bytes.find("\r\n\r\n") + 4;
        const bool has_body = bytes.find("Content-Length: 8") < end;
        bytes.erase(0, end + (has_body ? 8 : 0));
    }
    return answers;
}
//#endregion naive

std::vector<std::string> parsed(std::string bytes) {
    std::vector<std::string> answers;
    RequestParser parser;
    while (parser.parse(bytes) == RequestParser::State::complete) {
        answers.push_back("200, " + std::string(parser.request(bytes).path));
        bytes.erase(0, parser.head_size() + parser.framing().length);
        parser.reset();
    }
    return answers;
}

// A client puts the first answer to the first request, and so on.
void show(const std::vector<std::string>& answers) {
    for (std::size_t place = 0; place < answers.size(); ++place)
        fmt::print("   {:<10} {}\n", place < kAsked.size() ? kAsked[place] : "(nobody)",
                   answers[place]);
    end_step();
}

}  // namespace

int main() {
    fmt::print("1. an empty line is a request\n");
    show(naive(kSent));
    fmt::print("2. RequestParser\n");
    show(parsed(kSent));
}
