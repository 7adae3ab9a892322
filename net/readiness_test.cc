#include "net/readiness.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "daemon/signals.hh"
#include "net/task_group.hh"

using namespace waymark;
using namespace waymark::net;
using daemon::Deadline;
using namespace std::chrono_literals;

namespace {

struct Pipes {
    EventLoop loop;
    daemon::Pipe pipe = daemon::make_pipe();
    std::vector<Transfer> seen;
    std::string received;

    Pipes() { daemon::ignore_sigpipe(); }

    template <class Condition>
    void rounds_until(Condition condition) {
        for (int i = 0; i < 10'000 && !condition(); ++i) loop.run_once(Deadline::after(1ms));
        REQUIRE(condition());
    }
    Task<void> read(PipeReader& reader, Deadline deadline) {
        char buffer[4096];
        while (true) {
            const Transfer transfer = co_await reader.read_some(buffer, deadline);
            received.append(buffer, transfer.bytes);
            seen.push_back(transfer);
            if (transfer.outcome != Outcome::done) co_return;
        }
    }
    Task<void> write(PipeWriter& writer, std::string_view bytes, Deadline deadline) {
        const Transfer transfer = co_await writer.write_all(bytes, deadline);
        seen.push_back(transfer);
    }
};

}  // namespace

TEST_CASE("a pipe is read as bytes come, to its end") {
    Pipes p;
    PipeReader reader(p.loop, std::move(p.pipe.reading));
    TaskGroup tasks;
    tasks.start(p.read(reader, Deadline::never()));
    CHECK(p.seen.empty());
    REQUIRE(::write(p.pipe.writing.get(), "abc", 3) == 3);
    p.rounds_until([&] { return p.received == "abc"; });
    p.pipe.writing.reset();
    p.rounds_until([&] { return tasks.size() == 0; });
    CHECK(p.seen.back().outcome == Outcome::end);
}

TEST_CASE("a read waits until its deadline, and one that need not wait has none") {
    Pipes p;
    PipeReader reader(p.loop, std::move(p.pipe.reading));
    TaskGroup tasks;
    REQUIRE(::write(p.pipe.writing.get(), "abc", 3) == 3);
    tasks.start(p.read(reader, Deadline(p.loop.now())));
    p.rounds_until([&] { return tasks.size() == 0; });
    CHECK(p.received == "abc");
    CHECK(p.seen.back().outcome == Outcome::timed_out);
}

TEST_CASE("more than a pipe holds is written as it is read") {
    Pipes p;
    PipeReader reader(p.loop, std::move(p.pipe.reading));
    PipeWriter writer(p.loop, std::move(p.pipe.writing));
    const std::string bytes(1'000'000, 'x');
    TaskGroup tasks;
    tasks.start(p.write(writer, bytes, Deadline::never()));
    CHECK(p.seen.empty());  // it waits
    tasks.start(p.read(reader, Deadline::never()));
    p.rounds_until([&] { return p.received.size() == bytes.size(); });
    writer.close();
    p.rounds_until([&] { return tasks.size() == 0; });
    CHECK(p.seen.back().outcome == Outcome::end);
}

TEST_CASE("a write ends at its deadline, and when the reader has gone") {
    Pipes p;
    PipeWriter writer(p.loop, std::move(p.pipe.writing));
    const std::string bytes(1'000'000, 'x');
    TaskGroup tasks;
    tasks.start(p.write(writer, bytes, Deadline::after(1ms, p.loop.now())));
    p.rounds_until([&] { return tasks.size() == 0; });
    CHECK(p.seen.back().outcome == Outcome::timed_out);
    CHECK(p.seen.back().bytes > 0);
    tasks.start(p.write(writer, bytes, Deadline::never()));
    p.pipe.reading.reset();
    p.rounds_until([&] { return tasks.size() == 0; });
    CHECK(p.seen.back().outcome == Outcome::end);
}

TEST_CASE("a reader that always finds more lets the others have their turn") {
    Pipes p;
    PipeReader reader(p.loop, std::move(p.pipe.reading));
    REQUIRE(::fcntl(p.pipe.writing.get(), F_SETPIPE_SZ, 1 << 20) > 0);
    const std::string bytes(1 << 20, 'x');
    REQUIRE(::write(p.pipe.writing.get(), bytes.data(), bytes.size()) ==
            static_cast<ssize_t>(bytes.size()));
    bool had_a_turn = false;
    std::size_t received_before = 0;
    p.loop.post([&] {
        had_a_turn = true;
        received_before = p.received.size();
    });
    TaskGroup tasks;
    tasks.start(p.read(reader, Deadline::never()));
    p.rounds_until([&] { return had_a_turn; });
    CHECK(received_before < bytes.size());
}
