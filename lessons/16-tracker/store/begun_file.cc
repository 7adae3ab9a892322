#include "store/begun_file.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "daemon/error.hh"

namespace waymark::tracker {
namespace {

[[noreturn]] void refuse_stranger(const std::string& begun) {
    throw daemon::UsageError(fmt::format(
        "{} is there, and is no file that this user alone has: remove it, or choose another name",
        begun));
}

daemon::Fd open_locked(const std::string& begun) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    daemon::Fd file(::open(begun.c_str(), kFlags, 0600));
    if (!file && errno == ELOOP) refuse_stranger(begun);
    if (!file) daemon::fail(errno, "open", begun);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno != EWOULDBLOCK) daemon::fail(errno, "flock", begun);
    throw daemon::UsageError(fmt::format(
        "{} is being written by another program: wait for its end, or choose another name", begun));
}

struct stat status_of(const daemon::Fd& file, const std::string& begun) {
    struct stat status {};
    daemon::check(::fstat(file.get(), &status), "fstat", begun);
    return status;
}

// Whoever had the lock may have given the file its name, or removed it, before we got it.
bool is_still_there(const struct stat& status, const std::string& begun) {
    struct stat there {};
    return ::lstat(begun.c_str(), &there) == 0 && there.st_dev == status.st_dev &&
           there.st_ino == status.st_ino;
}

daemon::Fd open_begun(const std::string& begun) {
    for (;;) {
        daemon::Fd file = open_locked(begun);
        const struct stat status = status_of(file, begun);
        if (!is_still_there(status, begun)) continue;
        if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || status.st_nlink != 1)
            refuse_stranger(begun);
        daemon::check(::fchmod(file.get(), 0600), "fchmod", begun);
        daemon::check(::ftruncate(file.get(), 0), "ftruncate", begun);
        return file;
    }
}

}  // namespace

BegunFile::BegunFile(std::string path, std::string_view ending)
    : path_(std::move(path)), begun_(path_ + std::string(ending)), file_(open_begun(begun_)) {}

BegunFile::~BegunFile() {
    if (!has_name_) ::unlink(begun_.c_str());
}

bool BegunFile::end(IfThere if_there) {
    daemon::check(::fsync(file_.get()), "fsync", begun_);
    const unsigned flags = if_there == IfThere::refuse ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, begun_.c_str(), AT_FDCWD, path_.c_str(), flags) == -1) {
        if (errno == EEXIST) return false;
        daemon::fail(errno, "rename", path_);
    }
    has_name_ = true;
    return true;
}

}  // namespace waymark::tracker
