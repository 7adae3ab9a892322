#include "programs.hh"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "daemon/error.hh"
#include "namespaces.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;

// A file in memory: unlike a pipe, it is never full, so nobody has to read while the program runs.
Fd file_with(const std::string& text) {
    Fd file(check(::memfd_create("lab", MFD_CLOEXEC), "memfd_create"));
    for (std::size_t done = 0; done < text.size();)
        done += static_cast<std::size_t>(check(
            ::pwrite(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(done)),
            "write"));
    return file;
}

std::string first_line_of(const Fd& file) {
    std::array<char, 400> text{};
    const ssize_t count = ::pread(file.get(), text.data(), text.size(), 0);
    const std::string_view words(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return std::string(words.substr(0, words.find('\n')));
}

[[noreturn]] void execute(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    daemon::fail(errno, "exec", words.front());
}

}  // namespace

std::string find_program(const std::string& name, const std::string& package) {
    const char* const path = std::getenv("PATH");
    std::string_view rest = path ? path : "";
    const std::string all = std::string(rest) + ":/usr/sbin:/sbin:/usr/bin:/bin";
    rest = all;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const std::string candidate = fmt::format("{}/{}", rest.substr(0, end), name);
        if (candidate.front() == '/' && ::access(candidate.c_str(), X_OK) == 0) return candidate;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    throw daemon::UsageError(
        fmt::format("the program {} is missing: apt-get install {}", name, package));
}

void Programs::start(const std::string& who, const std::vector<std::string>& words,
                     const std::string& input, const Fd& process) {
    const Fd to_read = file_with(input);
    Fd said = file_with("");
    const pid_t pid = children_.start(
        [&] {
            check(::dup2(to_read.get(), 0), "dup2");
            check(::dup2(said.get(), 1), "dup2");
            check(::dup2(said.get(), 2), "dup2");
            enter(process, namespaces_);
            execute(words);
            return daemon::kExitSystem;
        },
        SIGKILL);
    running_.emplace(pid, Running{who, std::move(said)});
}

void Programs::wait() {
    std::string problem;
    while (!children_.running().empty()) {
        const Fd process = daemon::open_process(*children_.running().begin());
        pollfd ended{process.get(), POLLIN, 0};
        if (process) ::poll(&ended, 1, -1);
        for (const auto& [pid, status] : children_.reap()) {
            const Running& program = running_.at(pid);
            if (!status.success() && problem.empty())
                problem = fmt::format("{}: {} ({})", program.who, first_line_of(program.said),
                                      status.describe());
            running_.erase(pid);
        }
    }
    if (!problem.empty()) throw std::runtime_error(problem);
}

}  // namespace waymark::lab
