// The parts of daemonize.hh that daemonize.cc is put together from, and what a daemon says later.

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "daemon/daemonize.hh"
#include "daemon/error.hh"

namespace waymark::daemon {

void clean_environment(const std::vector<std::string>& names) {
    std::vector<std::pair<std::string, std::string>> kept;
    for (const std::string& name : names)
        if (const char* value = std::getenv(name.c_str())) kept.emplace_back(name, value);
    if (::clearenv() != 0) fail(ENOMEM, "clearenv");
    for (const auto& [name, value] : kept)
        check(::setenv(name.c_str(), value.c_str(), 1), "setenv");
}

// open(2) gives the lowest free number.
void open_standard_descriptors() {
    int number = -1;
    do {
        number = check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null");
        if (number <= STDERR_FILENO) check(::fcntl(number, F_SETFD, 0), "fcntl F_SETFD");
    } while (number <= STDERR_FILENO);
    ::close(number);
}

Readiness Readiness::foreground() {
    return Readiness(std::nullopt, ServiceNotifier::from_environment());
}

void Readiness::failed(int exit_code, std::string_view message) {
    notifier_.send(fmt::format("STATUS={}", message.substr(0, message.find('\n'))));
    tell_starter(exit_code, message);
}

void Readiness::alive() {
    notifier_.send("WATCHDOG=1");
}

void Readiness::stopping() {
    notifier_.send("STOPPING=1");
}

// The starter may have been killed while it waited. The service is not worse for it, so the result
// is not looked at.
void Readiness::tell_starter(int exit_code, std::string_view message) {
    if (!starter_) return;
    constexpr std::size_t kLongestMessage = 4096;
    std::string word(1, static_cast<char>(exit_code));
    word += message.substr(0, kLongestMessage);
    starter_->send(word);
    starter_.reset();
}

}  // namespace waymark::daemon
