#include "daemon/pidfile.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>

#include "daemon/children.hh"
#include "daemon/error.hh"

namespace waymark::daemon {

namespace {

constexpr off_t kServerByte = 0;
constexpr off_t kProcessByte = 1;

struct flock lock_on(off_t byte) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return lock;
}

// The next three are given to the exercise, which may do without them.

// False if another holds it.
[[maybe_unused]] bool take_lock(const Fd& fd, int command, off_t byte, const std::string& path) {
    struct flock lock = lock_on(byte);
    if (::fcntl(fd.get(), command, &lock) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    fail(errno, "fcntl lock", path);
}

// No link is followed: who may write to the folder could point it at any file of ours. The file is
// closed to other users: who can open one for reading can lock it, and any lock keeps us out.
[[maybe_unused]] Fd open_file(const std::string& path) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
    constexpr mode_t kOwnerOnly = 0600;
    Fd fd(check(::open(path.c_str(), kFlags, kOwnerOnly), "open", path));
    struct stat opened {};
    check(::fstat(fd.get(), &opened), "fstat", path);
    if ((opened.st_mode & 0777) != kOwnerOnly)
        check(::fchmod(fd.get(), kOwnerOnly), "fchmod", path);
    return fd;
}

// Whether `path` still leads to the open file. Between open and lock the last server may have
// removed it: we would hold the lock of a file that nobody else will ever find.
[[maybe_unused]] bool is_same_file(const Fd& fd, const std::string& path) {
    struct stat opened {};
    struct stat found {};
    if (::fstat(fd.get(), &opened) == -1 || ::lstat(path.c_str(), &found) == -1) return false;
    return opened.st_dev == found.st_dev && opened.st_ino == found.st_ino;
}

std::optional<pid_t> holder_of(const Fd& fd, const std::string& path) {
    struct flock lock = lock_on(kProcessByte);
    check(::fcntl(fd.get(), F_GETLK, &lock), "fcntl F_GETLK", path);
    // A server holds a write lock; a read lock is somebody's who could only read.
    if (lock.l_type != F_WRLCK || lock.l_pid <= 0) return std::nullopt;
    return lock.l_pid;
}

}  // namespace

PidFile PidFile::lock(const std::string& path, Deadline deadline) {
    if (std::optional<PidFile> file = try_lock(path, deadline)) return std::move(*file);
    const std::optional<pid_t> holder = read_locked_pid(path);
    throw UsageError(
        holder ? fmt::format("{}: already running as process {}; stop it first", path, *holder)
               : fmt::format("{}: children of an earlier server still run; "
                             "wait for their end or stop them",
                             path));
}

PidFile::~PidFile() {
    if (fd_) remove();
}

//#region exercise-04
//#region take-the-lock
std::optional<PidFile> PidFile::try_lock(const std::string& path, Deadline deadline) {
    constexpr int kPauseMilliseconds = 20;
    constexpr int kMostLostFiles = 100;
    for (int lost_files = 0;;) {
        Fd fd = open_file(path);
        if (take_lock(fd, F_OFD_SETLK, kServerByte, path)) {
            if (is_same_file(fd, path)) return PidFile(path, std::move(fd));
            if (++lost_files < kMostLostFiles) continue;  // the path leads to another file by now
        }
        if (deadline.expired()) return std::nullopt;
        ::poll(nullptr, 0, kPauseMilliseconds);  // there is no wait for a lock with a deadline
    }
}
//#endregion take-the-lock

void PidFile::write_pid() {
    if (!take_lock(fd_, F_SETLK, kProcessByte, path_)) fail(EAGAIN, "fcntl lock", path_);
    const std::string text = fmt::format("{}\n", ::getpid());
    check(::ftruncate(fd_.get(), 0), "ftruncate", path_);
    const ssize_t written = check(::pwrite(fd_.get(), text.data(), text.size(), 0), "write", path_);
    if (written != static_cast<ssize_t>(text.size())) fail(ENOSPC, "write", path_);
    writer_ = ::getpid();
}

//#region remove-only-ours
void PidFile::remove() noexcept {
    if (writer_ != ::getpid()) return;
    writer_ = 0;
    // While the lock is held: no other server can have made a file of its own at this path since
    // the look, unless somebody removed ours by hand.
    if (is_same_file(fd_, path_)) ::unlink(path_.c_str());
}
//#endregion remove-only-ours
//#endregion exercise-04

std::optional<LockedProcess> find_locked_process(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY));
    if (!fd && errno == ENOENT) return std::nullopt;
    check(fd.get(), "open", path);
    const std::optional<pid_t> pid = holder_of(fd, path);
    if (!pid) return std::nullopt;
    // It may have ended between the question and the open, and its number be another's. If it holds
    // the lock still, then the descriptor is its own.
    Fd process = open_process(*pid);
    if (!process && errno != ESRCH) fail(errno, "pidfd_open", path);
    if (!process || holder_of(fd, path) != pid) return std::nullopt;
    return LockedProcess{*pid, std::move(process)};
}

std::optional<pid_t> read_locked_pid(const std::string& path) {
    const std::optional<LockedProcess> locked = find_locked_process(path);
    return locked ? std::optional(locked->pid) : std::nullopt;
}

bool send_signal(const LockedProcess& locked, int signal) {
    if (::syscall(SYS_pidfd_send_signal, locked.process.get(), signal, nullptr, 0) == 0)
        return true;
    if (errno == ESRCH) return false;
    fail(errno, "pidfd_send_signal");
}

}  // namespace waymark::daemon
