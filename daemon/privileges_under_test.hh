// For tests: rights are given up in a process of its own, because they do not come back.

#pragma once

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <fstream>
#include <functional>
#include <string>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::daemon {

// What `body` answers in a process of its own, because its rights do not come back.
inline std::string answer_of(const std::function<std::string()>& body) {
    Children children;
    Pipe pipe = make_pipe();
    children.start([&] {
        std::string answer;
        try {
            answer = body();
        } catch (const std::exception& error) {
            answer = error.what();
        }
        return ::write(pipe.writing.get(), answer.data(), answer.size()) >= 0 ? 0 : 1;
    });
    pipe.writing.reset();
    std::string answer;
    char part[4096];
    for (ssize_t n = 0; (n = ::read(pipe.reading.get(), part, sizeof part)) > 0;)
        answer.append(part, static_cast<std::size_t>(n));
    return answer;
}

// The line of /proc/self/status that starts with `name`, its values with single spaces (proc(5)).
inline std::string status_line(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word)
        if (word == name + ":") {
            std::string line;
            std::getline(status, line);
            std::string values;
            for (const char letter : line)
                if (letter != '\t')
                    values += letter;
                else if (!values.empty())
                    values += ' ';
            while (values.ends_with(' ')) values.pop_back();
            return values;
        }
    return "none";
}

inline bool skip_unless_root(const char* what) {
    if (::geteuid() == 0) return false;
    fmt::print("SKIP: {}: needs root\n", what);
    return true;
}

inline std::string reason_of(long result) {
    return result == -1 ? error_text(errno) : "done";
}

inline const std::string kRefused = "Operation not permitted";

}  // namespace waymark::daemon
