#include "net/http/cgi_script.hh"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "daemon/error.hh"

namespace waymark::net::http {

using daemon::check;
using daemon::Fd;

namespace {

constexpr int kMostSegments = 32;

Fd look_beneath(const Fd& directory, const std::string& relative_path) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return Fd(static_cast<int>(
        ::syscall(SYS_openat2, directory.get(), relative_path.c_str(), &how, sizeof how)));
}

// The program will have another working directory.
std::string absolute(const std::string& directory) {
    const std::unique_ptr<char, decltype(&std::free)> path(::realpath(directory.c_str(), nullptr),
                                                           &std::free);
    if (!path) daemon::fail(errno, "open", directory);
    return path.get();
}

}  // namespace

CgiDirectory::CgiDirectory(const std::string& directory)
    : path_(absolute(directory)),
      directory_(check(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open", path_)) {}

CgiScript CgiDirectory::find(std::string_view path) const {
    std::size_t end = 0;
    for (int segment = 0; segment < kMostSegments && end < path.size(); ++segment) {
        const std::size_t begin = end + 1;  // behind the slash
        end = std::min(path.find('/', begin), path.size());
        if (begin == path.size() || path[begin] == '.') return {};
        const std::string name(path.substr(0, end));
        const Fd found = look_beneath(directory_, name.substr(1));
        struct stat status {};
        if (!found)
            return {errno == EACCES ? CgiScript::Kind::forbidden : CgiScript::Kind::nothing};
        check(::fstat(found.get(), &status), "fstat", name);
        if (S_ISDIR(status.st_mode)) continue;
        if (!S_ISREG(status.st_mode)) return {};
        const std::string file = path_ + name;
        if (::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == -1)
            return {CgiScript::Kind::forbidden};
        return {CgiScript::Kind::program, file, file.substr(0, file.rfind('/')), name,
                std::string(path.substr(end))};
    }
    return {};
}

}  // namespace waymark::net::http
