#include "net/http/access_log.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <utility>

#include "daemon/error.hh"

namespace waymark::net::http {

using daemon::Fd;
using daemon::LineBuffer;

namespace {

// Three texts of clients, and what else stands in a line, are shorter than daemon::kLongestLine.
constexpr std::size_t kLongestText = 1200;

Fd open_at_end(const std::string& path) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
    return Fd(::open(path.c_str(), kFlags, 0640));
}

bool is_plain(char byte) {
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

// What is no printable ASCII, quotes and backslashes as \x22.
void append_text(LineBuffer& line, std::string_view text) {
    const std::size_t begin = line.size();
    for (const char byte : text) {
        if (line.size() - begin > kLongestText - 4) {
            line.append("...");
            return;
        }
        if (is_plain(byte))
            line.push_back(byte);
        else
            fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(byte));
    }
}

void append_quoted(LineBuffer& line, std::string_view text) {
    line.append(" \"");
    append_text(line, text.empty() ? "-" : text);
    line.push_back('"');
}

// "29/Nov/2026:07:25:54 +0000". It is another text each second.
void append_time(LineBuffer& line, std::time_t now) {
    thread_local std::time_t shown = -1;
    thread_local std::array<char, 32> text;
    thread_local std::size_t length = 0;
    if (now != shown) {
        constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        std::tm parts{};
        ::gmtime_r(&now, &parts);
        const auto end = fmt::format_to_n(
            text.data(), text.size(), "{:02}/{}/{}:{:02}:{:02}:{:02} +0000", parts.tm_mday,
            kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
        length = end.size;
        shown = now;
    }
    line.append({text.data(), length});
}

void append_client(LineBuffer& line, const Address& peer) {
    const std::string host = peer.is_ip() ? peer.host_text() : "-";
    line.append(host);
}

}  // namespace

void append_combined(LineBuffer& line, const Exchange& exchange, int status,
                     std::chrono::system_clock::time_point now) {
    const Request& request = exchange.request;
    const auto out = std::back_inserter(line);
    append_client(line, exchange.peer);
    line.append(" - - [");
    append_time(line, std::chrono::system_clock::to_time_t(now));
    line.append("] \"");
    if (request.method.empty()) {
        line.push_back('-');
    } else {
        append_text(line, request.method);
        line.push_back(' ');
        append_text(line, request.target);
        fmt::format_to(out, " HTTP/1.{}", request.minor_version);
    }
    fmt::format_to(out, "\" {} {}", status, exchange.answer.body_length());
    append_quoted(line, request.field("Referer").value_or(""));
    append_quoted(line, request.field("User-Agent").value_or(""));
    line.push_back('\n');
}

AccessLog::AccessLog(std::string path) : path_(std::move(path)), file_(open_at_end(path_)) {
    daemon::check(file_.get(), "open", path_);
}

void AccessLog::write(const Exchange& exchange, int status) noexcept {
    try {
        LineBuffer line;
        const bool is_behind_a_part = is_torn_.exchange(false);
        if (is_behind_a_part) line.push_back('\n');
        append_combined(line, exchange, status, std::chrono::system_clock::now());
        ssize_t written = -1;
        do {
            written = ::write(file_.get(), line.data(), line.size());
        } while (written == -1 && errno == EINTR);
        if (written == static_cast<ssize_t>(line.size())) return;
        if (written > 0 || is_behind_a_part) is_torn_ = true;
    } catch (...) {
        // No memory for a line, which is counted below.
    }
    ++lost_;
}

int AccessLog::reopen() noexcept {
    try {
        const Fd opened = open_at_end(path_);
        // dup3 puts the new file under the old number in one step.
        if (opened && ::dup3(opened.get(), file_.get(), O_CLOEXEC) != -1) return 0;
        return errno;
    } catch (...) {
        return ENOMEM;
    }
}

}  // namespace waymark::net::http
