// For tests: a folder for a pid file, and a server in a process of its own that holds one.

#pragma once

#include <doctest/doctest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "daemon/channel.hh"
#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "daemon/pidfile.hh"

namespace waymark::daemon {

struct Folder {
    std::string file() const { return path + "/server.pid"; }
    TemporaryFolder folder;
    std::string path = folder.path();
};

inline std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

inline Deadline at_once() {
    return Deadline::after(std::chrono::seconds(0));
}

// A process that locks the file, says what came of it, and stays until it hears the end.
struct Server {
    explicit Server(const std::string& path) {
        pid = children.start([&] {
            ends.first.close();
            return serve(path);
        });
        ends.second.close();
        report = wait_for_message();
    }

    int serve(const std::string& path) {
        try {
            PidFile file = PidFile::lock(path, at_once());
            file.write_pid();
            ends.second.send("locked");
            pollfd end{ends.second.fd().get(), POLLIN, 0};
            ::poll(&end, 1, -1);
            return 0;
        } catch (const UsageError& error) {
            ends.second.send(error.what());
            return kExitUsage;
        }
    }

    std::string wait_for_message() {
        pollfd ready{ends.first.fd().get(), POLLIN, 0};
        ::poll(&ready, 1, 10'000);
        return std::string(ends.first.receive().message);
    }

    void end() {
        ends.first.close();
        ::waitpid(pid, nullptr, 0);
        children.reap();
    }

    Children children;
    ChannelPair ends = make_channel();
    pid_t pid = -1;
    std::string report;
};

}  // namespace waymark::daemon
