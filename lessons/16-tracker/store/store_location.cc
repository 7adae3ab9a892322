#include "store/store_location.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "store/begun_file.hh"
#include "store/connection.hh"
#include "store/data_folder.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::string_view kFileName = "waymark.store";
constexpr std::size_t kLongestUrl = 4000;
constexpr std::uint16_t kUsualPort = 5432;

std::string file_in(const std::string& folder) {
    return fmt::format("{}/{}", folder, kFileName);
}

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { ::PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

// Null where libpq does not take it. What it says of that would show the password.
Options parse(const std::string& url) {
    char* failure = nullptr;
    Options options(::PQconninfoParse(url.c_str(), &failure));
    ::PQfreemem(failure);
    return options;
}

std::string value_of(const Options& options, std::string_view keyword) {
    for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option)
        if (option->keyword == keyword && option->val) return option->val;
    return {};
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

std::vector<std::string> parts_of(std::string_view list) {
    std::vector<std::string> parts;
    for (std::size_t comma = 0; comma != list.npos; list.remove_prefix(comma + 1)) {
        comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == list.npos) break;
    }
    return parts;
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
    if (!parse(std::string(store)))
        throw UsageError(
            "store: the URL cannot be read: write it as "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETER=VALUE, and % in a password as "
            "%25");
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
    const std::string_view rest = url.substr(url.find("//") + 2);
    const std::size_t at = without_parameters(rest).rfind('@');
    return (at != rest.npos && rest.substr(0, at).find(':') != rest.npos) ||
           url.find("password=") != url.npos;
}

StoreReach reach_of_store(const std::string& url) {
    const Options options = parse(url);
    StoreReach reach;
    for (const std::string& text : parts_of(value_of(options, "port"))) {
        std::uint16_t port = kUsualPort;
        std::from_chars(text.data(), text.data() + text.size(), port);
        reach.ports.push_back(port);
    }
    for (const char* const keyword : {"passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl"})
        reach.files.push_back(value_of(options, keyword));
    for (const char* const variable : {"PGPASSFILE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"})
        if (const char* const path = std::getenv(variable)) reach.files.push_back(path);
    if (const char* const home = std::getenv("HOME"); home != nullptr)
        for (const char* const name : {"/.pgpass", "/.postgresql"})
            reach.files.push_back(std::string(home) + name);
    std::erase_if(reach.files, [](const std::string& path) { return !path.starts_with('/'); });
    return reach;
}

}  // namespace waymark::tracker
