// One server at a time, and a file that says which process it is. The text in a pid file proves
// nothing: the process may be dead, its number given to another, the file half written. So the text
// is for people; what counts are two locks on the open file (fcntl(2), fcntl_locking(2)):
//
//   byte 0, "open file description" lock: one server at a time. fork(2) hands it on, so it survives
//           daemonize, and it lasts until the last child that has the descriptor is gone. That is
//           wanted: no second server starts while old children still write to the same data.
//   byte 1, ordinary lock: the kernel tells everybody the number of the process that holds it, and
//           drops it when that process ends. Thus nobody signals a process that was not verified.
//
// The file is for its owner only (0600), and root. A user who can read it can lock it, too: that
// keeps the next server out for as long as he likes. So `status` and `stop` are the owner's.
//
// An ordinary lock has one trap: it is gone when its process closes any descriptor of that file. A
// process that has written its pid must not open the same file again, by whatever way:
// find_locked_process, and try_lock also where it is refused.

#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::daemon {

class PidFile {
  public:
    // Opens or creates `path` and takes the lock on byte 0, whatever the file says. Tries until
    // `deadline`, because children of a server that has died may need a moment to notice. Gives
    // nothing if another server still holds it. Writes no pid. Throws std::system_error.
    static std::optional<PidFile> try_lock(const std::string& path, Deadline deadline);

    // The same, but throws UsageError, which names the process that holds the lock.
    static PidFile lock(const std::string& path, Deadline deadline);

    PidFile(PidFile&& other) noexcept = default;
    PidFile& operator=(PidFile&&) = delete;
    // Calls remove(), which does nothing in a forked child.
    ~PidFile();

    // Takes the lock on byte 1 and writes this process's number. To be called by the process that
    // stays: after daemonize. Throws std::system_error.
    void write_pid();

    // Removes the file if this process wrote it and the path still leads to it.
    // To be called after the last child has ended, for a new file has a new lock.
    void remove() noexcept;

    // For daemonize, which closes all descriptors that it is not told to keep.
    const Fd& fd() const { return fd_; }

  private:
    PidFile(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::string path_;
    Fd fd_;
    pid_t writer_ = 0;
};

struct LockedProcess {
    pid_t pid;
    Fd process;  // from pidfd_open(2): for pidfd_send_signal(2), and readable when it has ended
};

// The process that holds `path` now, by the word of the kernel. Nothing if no process holds it,
// whatever the file says. The descriptor keeps meaning this process even when the number is given
// to another. Throws std::system_error, but not for a missing file.
std::optional<LockedProcess> find_locked_process(const std::string& path);

// Only the number, for status pages and messages.
std::optional<pid_t> read_locked_pid(const std::string& path);

// Sends `signal` to exactly this process; false if it has ended. Throws std::system_error.
bool send_signal(const LockedProcess& locked, int signal);

}  // namespace waymark::daemon
