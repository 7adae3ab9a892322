#include "services/hook_status.hh"

#include "net/http/response.hh"

namespace waymark::tracker {

int status_in(std::string_view bytes) {
    for (;;) {
        const std::string_view begin = "HTTP/1.";
        if (bytes.substr(0, begin.size()) != begin.substr(0, bytes.size())) return -1;
        const std::size_t line = bytes.find('\n');
        if (line == bytes.npos) return 0;
        std::string_view first = bytes.substr(0, line);
        if (first.ends_with('\r')) first.remove_suffix(1);
        net::http::Response answer;
        if (net::http::add_status_line(first, answer) != net::http::ResponseStatus::complete)
            return -1;
        if (answer.status >= 200 || answer.status == 101) return answer.status;
        const std::size_t end = bytes.find("\r\n\r\n", line - 1);
        if (end == bytes.npos) return 0;
        bytes.remove_prefix(end + 4);
    }
}

}  // namespace waymark::tracker
