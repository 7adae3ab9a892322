// What the cases about real workers share: pools of a fixed size, clients that come, stay and
// leave, and the ends of workers.

#pragma once

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <string>
#include <utility>

#include "advice.hh"
#include "daemon/worker_pool.hh"
#include "daemon/worker_pool_under_test.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

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

// A client that is being served; fails the case when nobody serves it.
inline Client enter(const Office& office, const Advice& advice) {
    Fd socket = office.connect();
    pollfd answered{socket.get(), POLLIN, 0};
    int result = -1;
    while ((result = ::poll(&answered, 1, 4000)) == -1 && errno == EINTR) {
    }
    expect(result == 1, "the client", "served", "nobody serves it", advice);
    Client client{std::move(socket), 0};
    const bool told =
        ::read(client.socket.get(), &client.worker, sizeof client.worker) == sizeof client.worker;
    expect(told, "the client", "served", "hung up on", advice);
    return client;
}

inline void expect_up(const WorkerPool& pool) {
    if_it_hangs(kNoCrew);
    const bool up = eventually([&] { return pool.counts().coming_threads == 0; });
    expect(up, "the crews", "all threads are up", "some never came", kNoCrew);
}

inline void leave(const Client& client, const Advice& advice) {
    client.say(kGoodbye);
    const bool answered = client.answer() == kGoodbye;
    expect(answered, "the answer to its last byte", "the same byte", "the end of the connection",
           advice);
}

// The ends of workers, as the pool tells them.
struct Ends {
    std::map<pid_t, std::string> how = {};
    WorkerPool::Events events() {
        return {.on_ended = [this](pid_t worker, ExitStatus status) {
            how[worker] = status.describe();
        }};
    }
    std::string in_words() const {
        std::string words;
        for (const auto& [worker, end] : how) words += (words.empty() ? "" : "; ") + end;
        return words;
    }
};

// A worker that had to be killed never heard the stop; one that ended otherwise did not end well.
inline const Advice& advice_for(const std::string& end) {
    return end.starts_with("killed by signal 9") ? kHeldPipe : kCutOff;
}

inline void expect_all_in_good_order(const Ends& ends, std::size_t workers) {
    const auto bad = std::ranges::find_if(
        ends.how, [](const auto& end) { return end.second != "exit status 0"; });
    const bool right = ends.how.size() == workers && bad == ends.how.end();
    expect(right, "how the workers ended", fmt::format("{} times exit status 0", workers),
           ends.in_words(), bad == ends.how.end() ? kNotReplaced : advice_for(bad->second));
}

inline bool ends_soon(pid_t pid) {
    const Fd process = open_process(pid);
    if (!process) return true;  // ended and collected
    pollfd ended{process.get(), POLLIN, 0};
    return ::poll(&ended, 1, 3000) == 1;
}

inline void kill_all(const WorkerPool& pool) {
    for (const pid_t pid : pool.pids()) {
        ::kill(pid, SIGKILL);
        wait_until_ended(pid);
    }
}

}  // namespace workers_check
