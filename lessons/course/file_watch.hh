// Tells when one of some files was saved. Editors save in many ways: vim writes a new file and
// renames it over the old one, others truncate and write, some make backups beside it. So the
// folders are watched, not the files (inotify(7)), every event counts as no more than "look again",
// and what decides is whether the files differ from the last look. Saves that come within 150 ms
// are one.
//
// On file systems where the events of another machine never arrive (9p and drvfs under WSL, NFS,
// FUSE) the files are looked at twice a second instead.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::course {

class FileWatch {
  public:
    enum class How { choose, poll };

    // Throws std::system_error for a folder that cannot be watched.
    explicit FileWatch(std::vector<std::filesystem::path> files, How how = How::choose);

    // Readable when it is worth calling changed(); -1 if the files are looked at by time.
    int fd() const { return inotify_.get(); }
    // How long to wait for fd() at most, in milliseconds as for poll(2): -1 for ever.
    int poll_timeout() const { return inotify_ ? -1 : kPollMilliseconds; }

    // Whether a file differs from the last time that this said so. After an event it waits until
    // nothing happened for 150 ms.
    bool changed();
    // Whether changed() would say so now; it waits for nothing and forgets nothing.
    bool differs() const;
    // Those that are not there, for who must be told what is waited for.
    std::vector<std::filesystem::path> missing() const;

  private:
    static constexpr int kPollMilliseconds = 500;
    using Stamp = std::tuple<long, long, unsigned long, long>;  // seconds, nanoseconds, inode, size

    std::map<std::string, Stamp> look() const;
    void wait_until_quiet();

    std::vector<std::filesystem::path> files_;
    daemon::Fd inotify_;
    std::map<std::string, Stamp> last_;
};

// Whether events on this file system come for every change, whoever makes it (statfs(2)).
bool events_are_reliable(const std::filesystem::path& folder);

}  // namespace waymark::course
