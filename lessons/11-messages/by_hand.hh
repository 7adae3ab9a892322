// What the demos of this lesson share: a folder of their own, the lines of a file, a child that is
// waited for.

#pragma once

#include <fmt/core.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"

namespace waymark::demo {

using daemon::check;
using daemon::error_text;
using daemon::Fd;

struct Folder {
    Folder() { check(::mkdtemp(path.data()) == nullptr ? -1 : 0, "mkdtemp"); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::string at(const std::string& name) const { return path + "/" + name; }
    std::string path = std::filesystem::temp_directory_path() / "waymark-messages-XXXXXX";
};

inline std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

inline void print_lines(const std::string& path) {
    for (const std::string& line : lines_of(path)) fmt::print("   | {}\n", line);
}

inline pid_t start(const std::function<void()>& body) {
    std::fflush(stdout);
    const pid_t child = check(::fork(), "fork");
    if (child != 0) return child;
    body();
    ::_exit(0);
}

inline void wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) == -1 && errno == EINTR) continue;
}

}  // namespace waymark::demo
