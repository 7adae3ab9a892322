// A house of the size of a slide, for the demos: a disk, which is a file, and sockets on which one
// message is one fix.

#pragma once

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/folder_under_test.hh"
#include "lessons/course/end_step.hh"

namespace waymark::demo {

using daemon::Fd;

// What is in it outlives a process from write(2) on, and the power from fdatasync(2) on.
class Disk {
  public:
    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        std::ifstream file(folder_.file("fixes"));
        for (std::string line; std::getline(file, line);) all.push_back(line);
        return all;
    }
    // Returns when all of them are durable.
    void commit(const std::vector<std::string>& fixes) const {
        std::string text;
        for (const std::string& fix : fixes) text += fix + "\n";
        const Fd file(daemon::check(
            ::open(folder_.file("fixes").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600),
            "open"));
        if (::write(file.get(), text.data(), text.size()) == -1) daemon::fail(errno, "write");
        daemon::check(::fdatasync(file.get()), "fdatasync");
    }
    bool has(const std::string& fix) const {
        for (const std::string& line : lines())
            if (line == fix) return true;
        return false;
    }

  private:
    daemon::TemporaryFolder folder_;
};

inline bool send_text(const Fd& socket, const std::string& text) {
    return ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) != -1;
}

// "" at the end of the connection, and when it broke.
inline std::string receive_text(const Fd& socket) {
    char buffer[256];
    const ssize_t got = ::read(socket.get(), buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

// Ends it as the kernel does when memory is short: without a word.
inline void kill_and_collect(daemon::Children& children, pid_t pid) {
    children.signal_one(pid, SIGKILL);
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT);
    children.reap();
}

}  // namespace waymark::demo
