#include "store/store_location.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "store/begun_file.hh"
#include "store/connection.hh"
#include "store/data_folder.hh"
#include "store/postgresql_url.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::string_view kFileName = "waymark.store";
constexpr std::size_t kLongestUrl = 4000;

std::string file_in(const std::string& folder) {
    return fmt::format("{}/{}", folder, kFileName);
}

// A link is not followed: it would be somebody else's file.
std::string remembered_by(const std::string& folder) {
    const std::string path = file_in(folder);
    const daemon::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return {};
    std::array<char, kLongestUrl> buffer;
    const ssize_t got = file ? ::read(file.get(), buffer.data(), buffer.size()) : -1;
    if (got == -1)
        throw UsageError(fmt::format("{} says where the store is, and cannot be read: {}", path,
                                     daemon::error_text(errno)));
    const std::string_view content(buffer.data(), static_cast<std::size_t>(got));
    const std::string url(content.substr(0, content.find('\n')));
    try {
        refuse_wrong_store(url);
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", path, error.what()));
    }
    return url;
}

// Up to where the parameters begin.
std::string_view without_parameters(std::string_view url) {
    return url.substr(0, url.find('?'));
}

// In a URL the first '@' ends the password, and a '/' the host. Where one of them stands in a
// password as it is, libpq takes the rest for a host and shows it in its messages.
bool has_bare_signs(std::string_view url) {
    const std::string_view rest = without_parameters(url.substr(url.find("//") + 2));
    const std::size_t at = rest.find('@');
    return at != rest.npos && (rest.find('@', at + 1) != rest.npos || rest.find('/') < at);
}

// The server works in another folder than whoever starts it. A word that is no path ("system", a
// URL of a key in a token) has a meaning of its own.
void refuse_relative_files(const PostgresqlUrl& url) {
    for (const char* const keyword :
         {"passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir"}) {
        const std::string_view path = url.value(keyword);
        if (path.empty() || path.starts_with('/') || path == "system" ||
            path.find(':') != path.npos)
            continue;
        throw UsageError(
            fmt::format("store: {}={}: write the whole path, which begins with /", keyword, path));
    }
}

// To libpq nothing, zero and less mean for ever, and the store has phones to answer. What is not
// said is two seconds (postgresql_link.cc).
void refuse_endless_wait(const PostgresqlUrl& url) {
    const std::string_view text = url.value("connect_timeout");
    if (text.empty()) return;
    int seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || seconds < 1)
        throw UsageError("store: connect_timeout: say how many seconds, 1 or more");
}

}  // namespace

void refuse_wrong_store(std::string_view store) {
    if (store.empty() || store == kStoreInFolder) return;
    if (!is_postgresql(store))
        throw UsageError(
            "store: it is no URL such as postgresql://waymark@db.example/waymark, nor 'sqlite' for "
            "the file in the data folder");
    if (store.size() > kLongestUrl)
        throw UsageError(fmt::format("store: the URL has more than {} bytes", kLongestUrl));
    if (has_bare_signs(store) || store.find_first_of("\n\r\t ") != store.npos)
        throw UsageError(
            "store: the URL cannot be read: write @ in a password as %40, / as %2F, a blank as "
            "%20");
    const PostgresqlUrl url{std::string(store)};
    if (!url.is_readable())
        throw UsageError(
            "store: the URL cannot be read: write it as "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETER=VALUE, and % in a password as "
            "%25");
    refuse_relative_files(url);
    refuse_endless_wait(url);
    // A file with more of the same, which a server that has given up its rights need not find.
    if (!url.value("service").empty())
        throw UsageError("store: write what the service says into the URL itself");
}

std::string store_location(const std::string& folder, const std::string& given) {
    refuse_wrong_store(given);
    const std::string chosen = given.empty() ? remembered_by(folder) : given;
    return chosen.empty() || chosen == kStoreInFolder ? database_path(folder) : chosen;
}

void remember_store(const std::string& folder, const std::string& location) {
    const std::string path = file_in(folder);
    if (!is_postgresql(location)) {
        if (::unlink(path.c_str()) == -1 && errno != ENOENT) daemon::fail(errno, "unlink", path);
        return;
    }
    BegunFile file(path, ".new");
    const std::string line = location + "\n";
    if (::write(file.fd(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        daemon::fail(errno, "write", path);
    file.end(IfThere::replace);
}

bool shows_password(std::string_view word) {
    const std::size_t begin = word.find("postgres");
    if (begin == word.npos || !is_postgresql(word.substr(begin))) return false;
    const std::string_view url = word.substr(begin);
    if (const PostgresqlUrl read{std::string(url)}; read.is_readable()) return read.has_password();
    // It may hold one all the same, and will be refused in a moment.
    const std::string_view rest = url.substr(url.find("//") + 2);
    const std::size_t at = without_parameters(rest).rfind('@');
    return (at != rest.npos && rest.substr(0, at).find(':') != rest.npos) ||
           url.find("password=") != url.npos;
}

}  // namespace waymark::tracker
