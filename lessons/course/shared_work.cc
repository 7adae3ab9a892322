#include "lessons/course/shared_work.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include "daemon/error.hh"
#include "lessons/course/child_process.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

using daemon::Fd;

// A pipe keeps a page at least, so this many numbers can be written before anybody reads.
constexpr std::size_t kMostPieces = 4096 / sizeof(std::size_t);

// So short a write comes whole and alone (pipe(7), PIPE_BUF), and so does the read: all that is in
// the pipe are numbers of this length.
void put(const Fd& pipe, std::size_t number) {
    ssize_t written = -1;
    while ((written = ::write(pipe.get(), &number, sizeof number)) == -1 && errno == EINTR) {
    }
    daemon::check(written, "write");
}

// Nothing when all writers have closed it.
std::optional<std::size_t> take(const Fd& pipe) {
    std::size_t number = 0;
    ssize_t count = -1;
    while ((count = ::read(pipe.get(), &number, sizeof number)) == -1 && errno == EINTR) {
    }
    daemon::check(count, "read");
    if (count == 0) return std::nullopt;
    return number;
}

}  // namespace

void share_out(std::size_t pieces, std::size_t processes,
               const std::function<std::string(std::size_t)>& work,
               const std::function<void(const std::string&)>& done) {
    assert(pieces <= kMostPieces);
    const ScratchFolder results;
    const auto result_of = [&](std::size_t piece) {
        return results.path() / std::to_string(piece);
    };
    daemon::Pipe to_do = daemon::make_pipe();
    daemon::Pipe finished = daemon::make_pipe();
    for (std::size_t piece = 0; piece < pieces; ++piece) put(to_do.writing, piece);
    to_do.writing.reset();  // before the forks, or they would hold it and wait for more
    std::vector<std::unique_ptr<ChildProcess>> workers;
    while (workers.size() < processes)
        workers.push_back(std::make_unique<ChildProcess>([&] {
            while (const auto piece = take(to_do.reading)) {
                write_file(result_of(*piece), work(*piece));
                put(finished.writing, *piece);
            }
            return 0;
        }));
    finished.writing.reset();
    std::set<std::size_t> waiting;  // for the pieces before them
    std::size_t next = 0;
    while (const auto piece = take(finished.reading))
        for (waiting.insert(*piece); waiting.erase(next) != 0; ++next)
            done(read_file(result_of(next)));
    if (next != pieces)
        throw std::runtime_error(
            fmt::format("piece {} of {} was not done: its process ended", next + 1, pieces));
}

}  // namespace waymark::course
