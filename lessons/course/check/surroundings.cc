#include "lessons/course/check/surroundings.hh"

#include <fmt/core.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "lessons/course/agreed.hh"

namespace waymark::course::check {

namespace {

using Things = std::map<std::string, std::string>;

// From the far end of the real-time signals: the nearer ones are taken by the C library and by
// tests.
int blocked_signal() {
    return stack_signal() - 2;
}
int ignored_signal() {
    return stack_signal() - 3;
}
int handled_signal() {
    return stack_signal() - 4;
}

void nothing(int) {}

std::string name_of(int number) {
    if (const char* const name = ::sigabbrev_np(number)) return fmt::format("SIG{}", name);
    return fmt::format("signal {}", number);
}

std::string words_of(const struct sigaction& action) {
    if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL)
        return "at its default";
    if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN) return "ignored";
    return fmt::format("handled at {}", reinterpret_cast<const void*>(action.sa_handler));
}

void add_signals(Things& things) {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    for (int number = 1; number <= SIGRTMAX; ++number) {
        struct sigaction action {};
        if (::sigaction(number, nullptr, &action) != 0) continue;  // the C library's own
        things[name_of(number)] = words_of(action);
        things["in the mask " + name_of(number)] =
            ::sigismember(&mask, number) == 1 ? "blocked" : "open";
    }
}

void add_environment(Things& things) {
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t end = text.find('=');
        things["the variable " + std::string(text.substr(0, end))] =
            end == text.npos ? "" : fmt::format("'{}'", text.substr(end + 1));
    }
}

// umask(2) has no way to ask without changing.
std::string mask_of_files() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("Umask:")) return line.substr(line.find_first_not_of(" \t", 6));
    return "unknown";
}

void add_limits(Things& things) {
    constexpr std::array kLimits = {
        std::pair{"descriptors", RLIMIT_NOFILE}, std::pair{"cores", RLIMIT_CORE},
        std::pair{"processes", RLIMIT_NPROC}, std::pair{"memory", RLIMIT_AS}};
    for (const auto& [name, which] : kLimits) {
        rlimit limit{};
        ::getrlimit(which, &limit);
        things[fmt::format("the limit of {}", name)] = fmt::format("{}", limit.rlim_cur);
    }
}

void add_timers(Things& things) {
    itimerval timer{};
    ::getitimer(ITIMER_REAL, &timer);
    const bool is_running = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0;
    things["the alarm"] = is_running ? "set" : "not set";
}

void add_standard_descriptors(Things& things) {
    for (const int number : {0, 1, 2}) {
        std::error_code closed;
        const auto target =
            std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", number), closed);
        things[fmt::format("descriptor {}", number)] = closed ? "closed" : target.string();
    }
}

void add_process(Things& things) {
    std::error_code gone;
    things["the folder"] = std::filesystem::current_path(gone).string();
    things["the umask"] = mask_of_files();
    things["the process group"] = fmt::format("{}", ::getpgrp());
    things["the priority"] = fmt::format("{}", ::getpriority(PRIO_PROCESS, 0));
    int signal = 0;
    ::prctl(PR_GET_PDEATHSIG, &signal);
    things["the signal at the parent's death"] = fmt::format("{}", signal);
}

Things look() {
    Things things;
    add_signals(things);
    add_environment(things);
    add_limits(things);
    add_timers(things);
    add_standard_descriptors(things);
    add_process(things);
    return things;
}

}  // namespace

void Surroundings::start() {
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, blocked_signal());
    ::pthread_sigmask(SIG_BLOCK, &one, nullptr);
    ::signal(ignored_signal(), SIG_IGN);
    ::signal(handled_signal(), nothing);
    ::setenv("WAYMARK_OF_THE_CALLER", "kept", 0);
    before_ = look();
}

std::vector<std::string> Surroundings::changed() const {
    Things now = look();
    std::vector<std::string> words;
    for (const auto& [name, was] : before_) {
        const auto found = now.find(name);
        if (found == now.end())
            words.push_back(fmt::format("{} is gone", name));
        else if (found->second != was)
            words.push_back(fmt::format("{} is {}, and was {}", name, found->second, was));
    }
    for (const auto& [name, is] : now)
        if (!before_.contains(name)) words.push_back(fmt::format("{} is new: {}", name, is));
    return words;
}

SignalsAsFound::SignalsAsFound(std::initializer_list<int> signals) {
    for (const int number : signals) ::sigaction(number, nullptr, &found_[number]);
}

SignalsAsFound::~SignalsAsFound() {
    for (const auto& [number, action] : found_) ::sigaction(number, &action, nullptr);
}

}  // namespace waymark::course::check
