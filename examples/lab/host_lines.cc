#include "host_lines.hh"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "daemon/error.hh"

namespace waymark::lab {

HostLines::HostLines(std::string name, daemon::Fd from, std::FILE* to)
    : name_(std::move(name)), from_(std::move(from)), to_(to) {
    daemon::set_nonblocking(from_, true);
}

void HostLines::take() {
    std::array<char, kLongest> bytes;
    const ssize_t count = ::read(from_.get(), bytes.data(), bytes.size());
    if (count > 0) {
        text_.append(bytes.data(), static_cast<std::size_t>(count));
        print_whole_lines();
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        finish();
    }
}

void HostLines::finish() {
    if (!text_.empty()) print(text_);
    text_.clear();
    from_.reset();
}

void HostLines::print_whole_lines() {
    std::string_view rest = text_;
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
        print(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    if (rest.size() >= kLongest) print(std::exchange(rest, {}));
    text_ = std::string(rest);
}

void HostLines::print(std::string_view line) {
    if (std::fprintf(to_, "%s: %.*s\n", name_.c_str(), static_cast<int>(line.size()),
                     line.data()) < 0 ||
        std::fflush(to_) != 0)
        daemon::fail(errno, "write", "what the hosts say");
}

}  // namespace waymark::lab
