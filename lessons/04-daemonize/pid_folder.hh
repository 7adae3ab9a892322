// A folder of its own for a pid file, and what is said of such a file again and again. The text in
// it proves nothing here; what is asked is who holds the lock.

#pragma once

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "daemon/error.hh"
#include "daemon/pidfile.hh"
#include "lessons/04-daemonize/advice.hh"
#include "lessons/04-daemonize/advice_pidfile.hh"
#include "lessons/04-daemonize/started.hh"

namespace waymark::course::check {

class Folder {
  public:
    Folder() {
        // Below TMPDIR, which is gone with the case, killed or not.
        path_ = std::filesystem::temp_directory_path() / "waymark_pidfile_XXXXXX";
        if (::mkdtemp(path_.data()) == nullptr) daemon::fail(errno, "mkdtemp", path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file() const { return path_ + "/rosa.pid"; }

  private:
    std::string path_;
};

inline std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

inline void put_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
}

inline Started::How server_of(const Folder& folder) {
    Started::How how;
    how.in_foreground = true;
    how.pid_path = folder.file();
    return how;
}

inline bool is_free(const Folder& folder) {
    return daemon::PidFile::try_lock(folder.file(),
                                     daemon::Deadline::after(std::chrono::seconds(0)))
        .has_value();
}

inline void expect_taken(const Folder& folder, const Advice& advice) {
    if_it_hangs(kDeadline);
    expect(!is_free(folder), "the lock for a second server", "refused", "given", advice);
}

inline void expect_refused(Started& server, const char* which, const Advice& if_it_runs = kNoLock) {
    if_it_hangs(kDeadline);
    const std::string& word = server.first_word();
    const bool runs = !word.empty() && !word.starts_with("thrown");
    expect(word == "refused", which, "refused", runs ? "runs beside the first" : word,
           runs ? Causes(if_it_runs) : Causes{});
}

// Of what was thrown.
inline void expect_system_error(const char* what, const std::string& thrown) {
    expect(thrown.find(Started::kNoSystemError) == thrown.npos, what, "throws std::system_error",
           thrown, kOtherException);
}

inline void expect_holder(const Folder& folder, pid_t pid, const Advice& advice) {
    const std::optional<pid_t> holder = daemon::read_locked_pid(folder.file());
    expect_equal(holder.value_or(0), pid, "who holds the file, by the word of the kernel", advice);
}

// Why the kernel names nobody: there is no lock on byte 1, or one that no process has.
inline const Advice& why_nobody(const Folder& folder) {
    const daemon::Fd file(::open(folder.file().c_str(), O_RDWR | O_CLOEXEC));
    struct flock second_byte {};
    second_byte.l_type = F_WRLCK;
    second_byte.l_start = 1;
    second_byte.l_len = 1;
    const int asked = ::fcntl(file.get(), F_GETLK, &second_byte);
    if (asked == -1 || second_byte.l_type == F_UNLCK || second_byte.l_pid != -1)
        return kLockDropped;
    // The kernel joins two locks of one open file that lie side by side.
    return second_byte.l_len == 0 ? kMoreLocked : kNoOwner;
}

inline void expect_text(const Folder& folder, pid_t pid, const Advice& advice) {
    const std::string number = std::to_string(pid);
    const std::string seen = text_of(folder.file());
    const std::string wanted = number + "\n";
    const Causes causes = seen == number                                ? kNoNewline
                          : !seen.starts_with(wanted)                   ? advice
                          : seen.find('\0', wanted.size()) != seen.npos ? kMoreWritten
                                                                        : kOldText;
    expect_equal(seen, wanted, "the text of the file", causes);
}

}  // namespace waymark::course::check
