#include "lessons/course/shared_work.hh"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "daemon/error.hh"
#include "lessons/course/child_process.hh"
#include "lessons/course/process_tree.hh"
#include "lessons/course/scratch_folder.hh"

namespace waymark::course {

namespace {

using daemon::Deadline;
using daemon::Fd;

// A pipe keeps a page at least, so this many numbers can be written before anybody reads.
constexpr std::size_t kMostPieces = 4096 / sizeof(std::size_t);
constexpr std::chrono::seconds kEnough{10};

void write_all(const Fd& pipe, const void* bytes, std::size_t length) {
    const char* next = static_cast<const char*>(bytes);
    while (length > 0) {
        const ssize_t count = ::write(pipe.get(), next, length);
        if (count == -1 && errno == EINTR) continue;
        daemon::check(count, "write");
        next += count;
        length -= static_cast<std::size_t>(count);
    }
}

// False if all writers have closed it before.
bool read_all(const Fd& pipe, void* bytes, std::size_t length) {
    char* next = static_cast<char*>(bytes);
    while (length > 0) {
        const ssize_t count = ::read(pipe.get(), next, length);
        if (count == -1 && errno == EINTR) continue;
        daemon::check(count, "read");
        if (count == 0) return false;
        next += count;
        length -= static_cast<std::size_t>(count);
    }
    return true;
}

// A number comes whole, because so short a write does (pipe(7), PIPE_BUF), and so each process that
// reads gets one. Nothing when there are no more.
std::optional<std::size_t> take(const Fd& numbers) {
    std::size_t number = 0;
    if (!read_all(numbers, &number, sizeof number)) return std::nullopt;
    return number;
}

struct Result {
    std::size_t piece;
    std::string text;
};

void send(const Fd& pipe, const Result& result) {
    const std::array<std::size_t, 2> head{result.piece, result.text.size()};
    write_all(pipe, head.data(), sizeof head);
    write_all(pipe, result.text.data(), result.text.size());
}

// Nothing if the worker has ended; what it had begun to say does not count.
std::optional<Result> receive(const Fd& pipe) {
    std::array<std::size_t, 2> head{};
    if (!read_all(pipe, head.data(), sizeof head)) return std::nullopt;
    Result result{head[0], std::string(head[1], '\0')};
    if (!read_all(pipe, result.text.data(), result.text.size())) return std::nullopt;
    return result;
}

// A process that takes one number after the other, until none is left.
class Worker {
  public:
    Worker(const Fd& numbers, const ScratchFolder& temporary,
           const std::function<std::string(std::size_t)>& work)
        : process_([&] {
              ::setenv("TMPDIR", temporary.path().c_str(), 1);
              while (const auto piece = take(numbers))
                  send(results_.writing, {*piece, work(*piece)});
              return 0;
          }) {
        results_.writing.reset();
    }
    // To be waited for; empty when the worker has no more to say.
    Fd& results() { return results_.reading; }

  private:
    daemon::Pipe results_ = daemon::make_pipe();
    ChildProcess process_;
};

// Waits until one of them says something, or has nothing more to say. False when that is so of all.
bool wait_for_one(const std::vector<std::unique_ptr<Worker>>& workers,
                  const std::function<void(Worker&)>& hear) {
    std::vector<pollfd> descriptors;
    for (const auto& worker : workers) descriptors.push_back({worker->results().get(), POLLIN, 0});
    const auto is_open = [](const pollfd& one) { return one.fd != -1; };
    if (std::ranges::none_of(descriptors, is_open)) return false;
    if (::poll(descriptors.data(), descriptors.size(), -1) == -1) {
        if (errno != EINTR) daemon::fail(errno, "poll");
        return true;
    }
    for (std::size_t place = 0; place < workers.size(); ++place)
        if (descriptors[place].fd != -1 && descriptors[place].revents != 0) hear(*workers[place]);
    return true;
}

}  // namespace

void share_out(std::size_t pieces, std::size_t processes,
               const std::function<std::string(std::size_t)>& work,
               const std::function<GoOn(const std::string&)>& done) {
    assert(pieces <= kMostPieces);
    become_subreaper();  // for what is left of those who are ended in the middle
    const ScratchFolder temporary;
    daemon::Pipe numbers = daemon::make_pipe();
    for (std::size_t piece = 0; piece < pieces; ++piece)
        write_all(numbers.writing, &piece, sizeof piece);
    numbers.writing.reset();  // before the forks, or they would hold it and wait for more
    std::vector<std::unique_ptr<Worker>> workers;
    while (workers.size() < processes)
        workers.push_back(std::make_unique<Worker>(numbers.reading, temporary, work));
    std::map<std::size_t, std::string> waiting;  // for the pieces before them
    std::size_t next = 0;
    GoOn go_on = GoOn::yes;
    const auto hear = [&](Worker& worker) {
        std::optional<Result> result = receive(worker.results());
        if (!result) return worker.results().reset();
        waiting.insert_or_assign(result->piece, std::move(result->text));
        for (auto one = waiting.begin();
             go_on == GoOn::yes && one != waiting.end() && one->first == next;
             one = waiting.erase(one), ++next)
            go_on = done(one->second);
    };
    while (go_on == GoOn::yes && wait_for_one(workers, hear)) {
    }
    if (go_on == GoOn::no) {
        end_descendants(Deadline::after(kEnough));
        return;
    }
    if (next != pieces)
        throw std::runtime_error(
            fmt::format("piece {} of {} was not done: its process ended", next + 1, pieces));
}

}  // namespace waymark::course
