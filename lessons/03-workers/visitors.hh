// What the cases about real workers share: pools of a fixed size, clients that come, stay and
// leave, and the ends of workers.

#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "advice.hh"
#include "advice_worker.hh"
#include "daemon/worker_pool.hh"
#include "daemon/worker_pool_under_test.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"
#include "stillness.hh"

namespace workers_check {

using namespace waymark::daemon;
using namespace waymark::course::check;

inline constexpr WorkerPool::Instant kNow{std::chrono::seconds(1000)};

// As many as are told, no more and no fewer.
inline WorkerLimits fixed(unsigned workers, unsigned threads) {
    return {.start_servers = workers,
            .server_limit = workers,
            .threads_per_child = threads,
            .min_spare_threads = 0,
            .max_spare_threads = workers * threads};
}

// What a client may ask its thread about, by one byte; answered by one byte.
inline constexpr char kFlags = 'f';  // of the client's descriptor: the sum of these three
inline constexpr char kClosedByExec = 1;
inline constexpr char kNonBlocking = 2;
inline constexpr char kOptions = 4;      // a time-out, or another option that a new socket has not
inline constexpr char kGraceRuns = 'a';  // 1 if the worker's alarm(2) is set

inline bool has_options(const Fd& client) {
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO, SO_KEEPALIVE, SO_LINGER}) {
        char value[sizeof(timeval)] = {};
        socklen_t length = sizeof value;
        ::getsockopt(client.get(), SOL_SOCKET, option, value, &length);
        if (std::ranges::any_of(value, [](char byte) { return byte != 0; })) return true;
    }
    return false;
}

inline char answer_to(char question, const Fd& client) {
    if (question == kFlags)
        return static_cast<char>(
            ((::fcntl(client.get(), F_GETFD) & FD_CLOEXEC) != 0 ? kClosedByExec : 0) +
            ((::fcntl(client.get(), F_GETFL) & O_NONBLOCK) != 0 ? kNonBlocking : 0) +
            (has_options(client) ? kOptions : 0));
    itimerval left{};
    ::getitimer(ITIMER_REAL, &left);  // the one that alarm(2) sets
    return left.it_value.tv_sec != 0 || left.it_value.tv_usec != 0 ? 1 : 0;
}

// Waits also where the socket does not, so that it can say so.
inline bool next_wish(const Fd& client, char& wish) {
    pollfd ready{client.get(), POLLIN, 0};
    ::poll(&ready, 1, -1);
    return ::read(client.get(), &wish, 1) == 1;
}

// As serve_as_told(), and before that it answers questions.
inline void serve_and_answer(Fd client) {
    const pid_t self = ::getpid();
    if (::write(client.get(), &self, sizeof self) != sizeof self) return;
    for (char wish = 0; next_wish(client, wish);) {
        if (wish == kThrow) throw std::runtime_error("as the client wished");
        if (wish == kThrowNumber) throw 5;
        const bool question = wish == kFlags || wish == kGraceRuns;
        if (question) wish = answer_to(wish, client);
        if (::write(client.get(), &wish, 1) != 1 || !question) return;
    }
}

// What `condition` says when it has become true, when no worker does anything any more, or after as
// long as a client waits.
inline bool soon(const std::function<bool()>& condition) {
    const Deadline patience = Deadline::after(std::chrono::seconds(4));
    Stillness still;
    while (!condition()) {
        if (patience.expired() || still.lasts()) return condition();
        ::poll(nullptr, 0, 2);
    }
    return true;
}

// How a worker was ended that has made a signal itself; nothing if none was. Its status stays where
// it is, for whoever collects it.
inline std::optional<ExitStatus> crash_of_a_worker() {
    for (const pid_t worker : children_of(::getpid())) {
        siginfo_t end{};
        const int looked =
            ::waitid(P_PID, static_cast<id_t>(worker), &end, WEXITED | WNOHANG | WNOWAIT);
        if (looked != 0 || end.si_pid != worker || end.si_code == CLD_EXITED) continue;
        for (const int signal : {SIGFPE, SIGSEGV, SIGBUS, SIGILL})
            if (end.si_status == signal) return ExitStatus::from_wait(signal);
    }
    return std::nullopt;
}

// Before anything is guessed.
inline void expect_no_crash() {
    const std::optional<ExitStatus> crash = crash_of_a_worker();
    if (crash)
        waymark::course::check::fail("the worker", "goes on", crash->describe(),
                                     crash->signal() == SIGFPE ? kDivided : kCrashed);
}

// A client that is being served; fails the case when nobody serves it, for a reason that is looked
// for then.
inline Client enter(Fd socket, const std::function<const Advice&()>& why_not) {
    const auto is_served = [&] {
        pollfd answered{socket.get(), POLLIN, 0};
        return ::poll(&answered, 1, 0) == 1;
    };
    if (!soon(is_served)) {
        expect_no_crash();
        waymark::course::check::fail("the client", "served", "nobody serves it", why_not());
    }
    Client client{std::move(socket), 0};
    const bool told =
        ::read(client.socket.get(), &client.worker, sizeof client.worker) == sizeof client.worker;
    if (!told) {
        soon([] { return crash_of_a_worker().has_value(); });  // or lives on
        expect_no_crash();
        waymark::course::check::fail("the client", "served", "hung up on", why_not());
    }
    return client;
}
inline Client enter(Fd socket, const Advice& advice) {
    return enter(std::move(socket), [&]() -> const Advice& { return advice; });
}
inline Client enter(const Office& office, const Advice& advice) {
    return enter(office.connect(), advice);
}

// Threads of all workers.
inline std::ptrdiff_t all_tasks_of(const WorkerPool& pool) {
    std::ptrdiff_t tasks = 0;
    for (const pid_t worker : pool.pids()) tasks += tasks_of(worker);
    return tasks;
}

// `threads` of each worker, if that is the first case which looks: are they missing, or not told?
inline void expect_up(const WorkerPool& pool, std::ptrdiff_t threads = 0) {
    if_it_hangs(kNoCrew);
    const bool up = soon([&] { return pool.counts().coming_threads == 0; });
    const auto all = static_cast<std::ptrdiff_t>(pool.pids().size()) * (1 + threads);
    if (!up) expect_no_crash();
    const bool not_told = threads > 0 && all_tasks_of(pool) >= all;
    expect(up, "the crews", "all threads are up", "some never came",
           not_told ? kScoreboard : kNoCrew);
}

// A wish of a client; fails the case when its worker has hung up.
inline void say(const Client& client, char wish, const Advice& advice) {
    if_it_hangs(advice);
    const bool said = ::send(client.socket.get(), &wish, 1, MSG_NOSIGNAL) == 1;
    expect(said, "the client in the middle of its service", "served", "hung up on", advice);
}

inline char ask(const Client& client, char question, const Advice& advice) {
    say(client, question, advice);
    return client.answer();
}

inline void leave(const Client& client, const Advice& advice) {
    say(client, kGoodbye, advice);
    const bool answered = client.answer() == kGoodbye;
    expect(answered, "the answer to its last byte", "the same byte", "the end of the connection",
           advice);
}

// Pipes that a process holds the writing end of, as "pipe:[4711]".
inline std::set<std::string> written_pipes(pid_t process) {
    std::set<std::string> pipes;
    namespace fs = std::filesystem;
    const fs::path folder = fs::path("/proc") / std::to_string(process);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder / "fd")) {
        std::error_code gone;
        const std::string target = fs::read_symlink(entry.path(), gone).string();
        std::ifstream info(folder / "fdinfo" / entry.path().filename());
        std::string word;
        while (info >> word && word != "flags:") {
        }
        info >> word;
        const bool writing = (std::strtol(word.c_str(), nullptr, 8) & O_ACCMODE) == O_WRONLY;
        if (writing && target.starts_with("pipe:")) pipes.insert(target);
    }
    return pipes;
}

// The ends of workers, as the pool tells them.
struct Ends {
    std::map<pid_t, std::string> how = {};
    std::vector<pid_t> started = {};
    std::size_t told = 0;  // of ends
    const WorkerPool* pool = nullptr;
    int unlisted = 0;  // starts of workers that `pool` did not list then
    WorkerPool::Events events() {
        return {.on_started =
                    [this](pid_t worker) {
                        started.push_back(worker);
                        if (pool != nullptr && std::ranges::count(pool->pids(), worker) == 0)
                            ++unlisted;
                    },
                .on_ended =
                    [this](pid_t worker, ExitStatus status) {
                        how[worker] = status.describe();
                        ++told;
                    }};
    }
    std::string in_words() const {
        std::string words;
        for (const auto& [worker, end] : how) words += (words.empty() ? "" : "; ") + end;
        return words;
    }
};

// A worker that had to be killed never heard the stop; the others say by their end what was wrong.
inline const Advice& advice_for(const std::string& end) {
    if (end.starts_with("killed by signal 9")) return kStopUnheard;
    // Of a client that is gone, if nobody has ignored it.
    const bool broken_pipe = end.starts_with("killed by signal 13");
    if (broken_pipe || end == "killed by signal 15 (Terminated)") return kSignalsNotLeft;
    if (end == "exit status 66") return kUnlocked;  // the thread sanitizer's
    return end.starts_with("exit status") && end != "exit status 0" ? kFailureForSuccess : kCutOff;
}

inline void expect_all_in_good_order(const Ends& ends, std::size_t workers) {
    const auto bad = std::ranges::find_if(
        ends.how, [](const auto& end) { return end.second != "exit status 0"; });
    const bool right = ends.how.size() == workers && bad == ends.how.end();
    expect(right, "how the workers ended", fmt::format("{} times exit status 0", workers),
           ends.in_words(), bad == ends.how.end() ? kNotReplaced : advice_for(bad->second));
}

inline bool has_ended(const Fd& process) {
    pollfd ended{process.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 1;
}

inline bool ends_soon(pid_t pid) {
    const Fd process = open_process(pid);
    return !process || soon([&] { return has_ended(process); });  // none: ended and collected
}

inline void kill_all(const WorkerPool& pool) {
    for (const pid_t pid : pool.pids()) {
        ::kill(pid, SIGKILL);
        wait_until_ended(pid);
    }
}

}  // namespace workers_check
