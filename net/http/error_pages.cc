#include "net/http/error_pages.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::net::http {

using daemon::check;
using daemon::Fd;

namespace {

// Nothing if there is no such file.
std::optional<std::string> read_page(const Fd& directory, const std::string& name,
                                     const std::string& shown) {
    const Fd file(::openat(directory.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file && errno == ENOENT) return std::nullopt;
    check(file.get(), "open", shown);
    std::string text(ErrorPages::kLargest + 1, '\0');
    std::size_t got = 0;
    while (got < text.size()) {
        const ssize_t count = ::read(file.get(), text.data() + got, text.size() - got);
        if (count == -1 && errno == EINTR) continue;
        check(static_cast<long>(count), "read", shown);
        if (count == 0) break;
        got += static_cast<std::size_t>(count);
    }
    if (got > ErrorPages::kLargest)
        throw daemon::UsageError(
            fmt::format("{}: a page for errors has at most {} bytes", shown, ErrorPages::kLargest));
    text.resize(got);
    return text;
}

}  // namespace

ErrorPages::ErrorPages(const std::string& directory) {
    const Fd opened(
        check(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", directory));
    std::vector<std::string> names = {"4xx", "5xx"};
    for (int status = 400; status < 600; ++status) names.push_back(std::to_string(status));
    for (const std::string& name : names)
        if (std::optional<std::string> text =
                read_page(opened, name + ".html", directory + "/" + name + ".html"))
            pages_[name] = {"text/html; charset=utf-8", std::move(*text)};
}

const ErrorPages::Page* ErrorPages::find(int status) const {
    auto found = pages_.find(std::to_string(status));
    if (found == pages_.end()) found = pages_.find(std::to_string(status / 100) + "xx");
    return found != pages_.end() ? &found->second : nullptr;
}

}  // namespace waymark::net::http
