#include "lessons/course/file_watch.hh"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "daemon/error.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

constexpr int kQuietMilliseconds = 150;

// From linux/magic.h, which does not have all of them.
constexpr std::array<unsigned, 5> kRemote = {
    0x01021997,  // 9p: folders of Windows under WSL 2, shared folders of virtual machines
    0x53464846,  // drvfs: the same under WSL 1
    0x6969,      // NFS
    0xff534d42,  // SMB
    0x65735546,  // FUSE
};

daemon::Fd watch_folders(const std::vector<fs::path>& files) {
    daemon::Fd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!inotify) return inotify;  // out of instances: look by time
    std::set<fs::path> folders;
    for (const fs::path& file : files) folders.insert(file.parent_path());
    constexpr std::uint32_t kEvents =
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
    for (const fs::path& folder : folders) {
        if (::inotify_add_watch(inotify.get(), folder.c_str(), kEvents) != -1) continue;
        if (errno == ENOSPC) return {};  // max_user_watches is used up
        daemon::fail(errno, "inotify_add_watch", folder.string());
    }
    return inotify;
}

bool drain(const daemon::Fd& inotify) {
    std::array<char, 4096> events;
    bool any = false;
    while (::read(inotify.get(), events.data(), events.size()) > 0) any = true;
    return any;
}

}  // namespace

bool events_are_reliable(const fs::path& folder) {
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) == -1) return false;
    return std::ranges::find(kRemote, static_cast<unsigned>(system.f_type)) == kRemote.end();
}

FileWatch::FileWatch(std::vector<fs::path> files, How how) : files_(std::move(files)) {
    const bool reliable =
        how == How::choose && std::ranges::all_of(files_, [](const fs::path& file) {
            return events_are_reliable(file.parent_path());
        });
    if (reliable) inotify_ = watch_folders(files_);
    last_ = look();
}

std::map<std::string, FileWatch::Stamp> FileWatch::look() const {
    std::map<std::string, Stamp> stamps;
    for (const fs::path& file : files_) {
        struct stat status {};
        // A file that is away for a moment, between an editor's two steps, is not a change yet.
        if (::stat(file.c_str(), &status) == -1) continue;
        stamps[file.string()] = {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ino,
                                 status.st_size};
    }
    return stamps;
}

void FileWatch::wait_until_quiet() {
    constexpr int kMostWaits = 20;  // a program that writes all the time is not waited for
    for (int wait = 0; wait < kMostWaits; ++wait) {
        pollfd event{inotify_.get(), POLLIN, 0};
        if (::poll(&event, 1, kQuietMilliseconds) == 0) return;
        drain(inotify_);
    }
}

bool FileWatch::changed() {
    if (inotify_ && drain(inotify_)) wait_until_quiet();
    if (!differs()) return false;
    last_ = look();
    return true;
}

bool FileWatch::differs() const {
    const std::map<std::string, Stamp> now = look();
    return now != last_ && now.size() == files_.size();
}

std::vector<fs::path> FileWatch::missing() const {
    const std::map<std::string, Stamp> now = look();
    std::vector<fs::path> away;
    for (const fs::path& file : files_)
        if (!now.contains(file.string())) away.push_back(file);
    return away;
}

}  // namespace waymark::course
