// For tests: a log file in a folder of its own, and what its lines say.

#pragma once

#include <doctest/doctest.h>
#include <fnmatch.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "daemon/log.hh"

namespace waymark::daemon {

struct LogFolder {
    std::string file() const { return path + "/server.log"; }
    TemporaryFolder folder;
    std::string path = folder.path();
};

inline LogOptions to_file(const LogFolder& folder) {
    return {.target = LogTarget::file, .path = folder.file(), .program = "test"};
}

inline std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

// Without time, program and process.
inline std::string message_of(const std::string& line) {
    return line.substr(line.find("]") + 2);
}

// `form` as the shell matches file names: ? is one character, * any number.
inline bool matches(const std::string& line, const char* form) {
    return ::fnmatch(form, line.c_str(), 0) == 0;
}

}  // namespace waymark::daemon
