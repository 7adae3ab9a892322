// Write this: open the file (open_file) and take the lock on kServerByte that a fork hands on
// (take_lock with F_OFD_SETLK), whatever the text in the file says. If the path leads to another
// file by now (is_same_file), the lock is worth nothing: begin again. If another process holds the
// lock, try again after a short pause until `deadline` has come, and then give nothing; once it is
// tried in any case. Write no pid: the process that stays is not there yet. What the system refuses
// otherwise is thrown (check() of daemon/error.hh).
std::optional<PidFile> PidFile::try_lock(const std::string&, Deadline) {
    return std::nullopt;  // PidFile(path, std::move(fd))
}

// Write this: take the lock on kProcessByte that belongs to this process alone (F_SETLK), and write
// this process's number and a newline, with nothing of an older text left behind it. Throws if the
// lock is held by another or the file does not take the whole text. Remember who wrote (writer_).
void PidFile::write_pid() {}

// Write this: remove the file, but only if this process wrote it and the path still leads to it.
void PidFile::remove() noexcept {}
