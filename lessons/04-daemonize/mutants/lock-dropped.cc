// source: daemon/pidfile.cc
// misconception: a lock dropped by a second descriptor
// says: a lock dropped by a second descriptor
// The number is written through a second descriptor, which is then closed.

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

void PidFile::write_pid() {
    if (!take_lock(fd_, F_SETLK, kProcessByte, path_)) fail(EAGAIN, "fcntl lock", path_);
    const std::string text = fmt::format("{}\n", ::getpid());
    // `status` is for every user, whatever the umask of the server.
    check(::fchmod(fd_.get(), 0644), "fchmod", path_);
    const Fd again = open_file(path_);  // by its name, as any other file
    check(::ftruncate(again.get(), 0), "ftruncate", path_);
    const ssize_t written =
        check(::pwrite(again.get(), text.data(), text.size(), 0), "write", path_);
    if (written != static_cast<ssize_t>(text.size())) fail(ENOSPC, "write", path_);
    writer_ = ::getpid();
}

void PidFile::remove() noexcept {
    if (writer_ != ::getpid()) return;
    writer_ = 0;
    // While the lock is held: no other server can have made a file of its own at this path since
    // the look, unless somebody removed ours by hand.
    if (is_same_file(fd_, path_)) ::unlink(path_.c_str());
}
