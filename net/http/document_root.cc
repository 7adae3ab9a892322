#include "net/http/document_root.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "daemon/error.hh"

namespace waymark::net::http {

using daemon::check;
using daemon::Fd;

namespace {

// glibc 2.36 has no function for it. Non-blocking, or opening a pipe would wait for its writer.
Fd open_beneath(const Fd& root, const char* relative_path) {
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    // While anybody renames anything, the kernel cannot be sure of a ".." in a link: EAGAIN.
    constexpr int kAttempts = 128;
    Fd file;
    for (int attempt = 0; !file && attempt < kAttempts; ++attempt) {
        file = Fd(
            static_cast<int>(::syscall(SYS_openat2, root.get(), relative_path, &how, sizeof how)));
        if (!file && errno != EAGAIN && errno != EINTR) break;
    }
    return file;
}

bool same_time(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool is_same_file(const struct stat& a, const struct stat& b) {
    return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_mode == b.st_mode &&
           a.st_size == b.st_size && same_time(a.st_ctim, b.st_ctim);
}

std::string read_content(const Fd& file, std::size_t size, std::string_view path) {
    std::string content(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const ssize_t count =
            ::pread(file.get(), content.data() + got, size - got, static_cast<off_t>(got));
        if (count == -1 && errno == EINTR) continue;
        check(static_cast<long>(count), "read", path);
        if (count == 0) break;
        got += static_cast<std::size_t>(count);
    }
    content.resize(got);
    return content;
}

}  // namespace

DocumentRoot::DocumentRoot(const std::string& directory, std::chrono::seconds settling)
    : root_(check(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open", directory)),
      settling_(settling) {
    if (!open_beneath(root_, ".")) daemon::fail(errno, "openat2", directory);
}

DocumentRoot::Found DocumentRoot::find(std::string_view path) {
    const auto kept = kept_.find(path);
    if (kept == kept_.end()) {
        const std::string relative_path = path.size() > 1 ? std::string(path.substr(1)) : ".";
        return open(relative_path.c_str(), path);
    }
    const char* relative_path = kept->first.c_str() + 1;
    if (is_unchanged(relative_path, kept->second)) return {Kind::document, kept->second.document};
    kept_bytes_ -= kept->second.document->content.size();
    auto dropped = kept_.extract(kept);
    return open(dropped.key().c_str() + 1, path);
}

// A rename moves the time of change of what is renamed, but not of what lies in it. So where there
// are directories on the way, only the kernel's rule tells that none of them leads out by now.
bool DocumentRoot::is_unchanged(const char* relative_path, const Kept& kept) const {
    struct stat status {};
    if (std::strchr(relative_path, '/') == nullptr &&
        ::fstatat(root_.get(), relative_path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISLNK(status.st_mode))
        return is_same_file(status, kept.status);
    const Fd file = open_beneath(root_, relative_path);
    return file && ::fstat(file.get(), &status) == 0 && is_same_file(status, kept.status);
}

Fd DocumentRoot::open_directory(std::string_view path) const {
    const std::string relative_path = path.size() > 1 ? std::string(path.substr(1)) : ".";
    Fd directory = open_beneath(root_, relative_path.c_str());
    struct stat status {};
    if (!directory || ::fstat(directory.get(), &status) == -1 || !S_ISDIR(status.st_mode))
        return Fd();
    return directory;
}

DocumentRoot::Found DocumentRoot::open(const char* relative_path, std::string_view path) {
    Fd file = open_beneath(root_, relative_path);
    if (!file) switch (errno) {
            case ENOENT:
            case ENOTDIR:
            case ELOOP:
            case EXDEV:  // it leads out of the root
            case ENAMETOOLONG:
            case ENXIO:  // a socket
                return {};
            case EACCES:
            case EPERM:
                return {Kind::forbidden, nullptr};
            default:
                daemon::fail(errno, "open", path);
        }
    struct stat status {};
    check(::fstat(file.get(), &status), "fstat", path);
    if (S_ISDIR(status.st_mode)) return {Kind::directory, nullptr};
    if (!S_ISREG(status.st_mode)) return {};
    return load(std::move(file), status, path);
}

DocumentRoot::Found DocumentRoot::load(Fd file, const struct stat& status, std::string_view path) {
    auto document = std::make_shared<Document>();
    document->size = static_cast<std::uint64_t>(status.st_size);
    document->last_modified = status.st_mtim.tv_sec;
    document->entity_tag = fmt::format("\"{:x}-{:x}-{:x}{:08x}\"", status.st_ino, status.st_size,
                                       status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
    if (document->size > kLargestSmall) {
        document->file = std::make_shared<const Fd>(std::move(file));
        return {Kind::document, std::move(document)};
    }
    document->content = read_content(file, document->size, path);
    // Written to while we read: what we have may be half of each. It is sent, and not kept.
    struct stat after {};
    const bool is_whole = ::fstat(file.get(), &after) == 0 && is_same_file(status, after) &&
                          document->content.size() == document->size;
    document->size = document->content.size();
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::chrono::seconds age(now.tv_sec - status.st_ctim.tv_sec);
    if (is_whole && age >= settling_) keep(path, status, document);
    return {Kind::document, std::move(document)};
}

// When there is no room all is dropped: what is hot comes back at once, and no order of use has to
// be kept for it.
void DocumentRoot::keep(std::string_view path, const struct stat& status,
                        const std::shared_ptr<const Document>& document) {
    constexpr std::size_t kMostKept = 4096;
    if (kept_.size() == kMostKept || kept_bytes_ + document->size > kMostKeptBytes) {
        kept_.clear();
        kept_bytes_ = 0;
    }
    if (kept_.try_emplace(std::string(path), Kept{status, document}).second)
        kept_bytes_ += document->size;
}

}  // namespace waymark::net::http
