#include "folder.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "daemon/error.hh"

namespace waymark::ca {

using daemon::check;
using daemon::Fd;
using daemon::UsageError;

namespace {

constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

void write_whole(const Fd& file, std::string_view text, const std::string& place) {
    while (!text.empty()) {
        const ssize_t put = ::write(file.get(), text.data(), text.size());
        if (put == -1 && errno == EINTR) continue;
        check(put, "write", place);
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    check(::fsync(file.get()), "fsync", place);
}

// Takes away what is not renamed, on every way out.
class TemporaryName {
  public:
    explicit TemporaryName(std::string path) : path_(std::move(path)) {}
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    ~TemporaryName() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    const std::string& path() const { return path_; }
    void forget() { path_.clear(); }

  private:
    std::string path_;
};

}  // namespace

Folder Folder::make(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == -1) {
        std::error_code error;
        const bool is_empty = errno == EEXIST && std::filesystem::is_empty(path, error) && !error;
        if (errno != EEXIST) daemon::fail(errno, "mkdir", path);
        if (!is_empty || !std::filesystem::is_directory(path, error))
            throw UsageError(fmt::format(
                "{}: there is something already, and nothing is written over it; name another "
                "folder with --folder",
                path));
        check(::chmod(path.c_str(), 0700), "chmod", path);
    }
    return Folder(path);
}

Folder::Folder(const std::string& path)
    : path_(path), folder_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!folder_ && (errno == ENOENT || errno == ENOTDIR))
        throw UsageError(
            fmt::format("{}: there is no authority; make one with 'ca init', or name "
                        "its folder with --folder",
                        path));
    check(folder_.get(), "open", path);
    struct stat status {};
    check(::fstat(folder_.get(), &status), "fstat", path);
    if ((status.st_mode & 0077) != 0)
        throw UsageError(fmt::format("{}: others may enter it; chmod 700 {}", path, path));
}

void Folder::lock() {
    if (::flock(folder_.get(), LOCK_EX | LOCK_NB) == 0) return;
    if (errno == EWOULDBLOCK)
        throw UsageError(fmt::format("{}: another ca is at work there; try again", path_));
    daemon::fail(errno, "flock", path_);
}

std::string Folder::place_of(const std::string& name) const {
    return path_ + "/" + name;
}

bool Folder::has(const std::string& name) const {
    return ::faccessat(folder_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string Folder::read(const std::string& name) const {
    const Fd file(::openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT)
        throw UsageError(
            fmt::format("{}: is not there, so this is no authority's folder; make one with "
                        "'ca init', or name its folder with --folder",
                        place_of(name)));
    check(file.get(), "open", place_of(name));
    std::string text;
    char buffer[16384];
    while (text.size() <= kMostBytes) {
        const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
        if (got == -1 && errno == EINTR) continue;
        check(got, "read", place_of(name));
        if (got == 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    throw UsageError(fmt::format("{}: is larger than 16 MiB", place_of(name)));
}

void Folder::write_new(const std::string& name, std::string_view text, Readers readers) const {
    write(name, text, readers, RENAME_NOREPLACE);
}

void Folder::replace(const std::string& name, std::string_view text, Readers readers) const {
    write(name, text, readers, 0);
}

void Folder::write(const std::string& name, std::string_view text, Readers readers,
                   unsigned rename_flags) const {
    std::string pattern = place_of(".new-XXXXXX");
    const Fd file(::mkostemp(pattern.data(), O_CLOEXEC));  // with mode 0600
    check(file.get(), "mkostemp", pattern);
    TemporaryName temporary(pattern);
    write_whole(file, text, pattern);
    if (readers == Readers::all) check(::fchmod(file.get(), 0644), "fchmod", pattern);
    const std::string place = place_of(name);
    if (::renameat2(AT_FDCWD, pattern.c_str(), AT_FDCWD, place.c_str(), rename_flags) == -1) {
        if (errno == EEXIST)
            throw UsageError(
                fmt::format("{}: is there already, and nothing is written over it; revoke it if "
                            "it is still of use to somebody, and move it away",
                            place));
        daemon::fail(errno, "rename", place);
    }
    temporary.forget();
    // The name is in the folder, which is a file of its own.
    check(::fsync(folder_.get()), "fsync", path_);
}

}  // namespace waymark::ca
