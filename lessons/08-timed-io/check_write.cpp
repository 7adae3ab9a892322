// Writing, in lesson 08: what the kernel took, and what it did not.

#include <doctest/doctest.h>
#include <poll.h>

#include <cerrno>
#include <random>

#include "daemon/signals.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/surroundings.hh"
#include "wire.hh"

using namespace waymark::course::check;
using namespace waymark::net;

namespace {

using Text = std::string;

Text written(const Wire& wire, std::string_view text, Deadline deadline) {
    return told([&] { return write_all(wire.writing, text, deadline); });
}

Text pattern(std::size_t size) {
    Text text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 % 251);
    return text;
}

volatile sig_atomic_t raised = 0;
void count_raised(int) {
    raised = raised + 1;
}

std::size_t number_in(const Text& seen) {
    return std::stoul("0" + seen.substr(std::min(seen.find(' ') + 1, seen.size())));
}

void expect_gone_and_unchanged(bool socket) {
    Wire wire = socket ? socket_wire() : pipe_wire();
    wire.reading.reset();
    const Text before = state_of(wire.writing);
    expect_equal(written(wire, "x", far()), Text("broken 0"), "the result", kBroken);
    expect_equal(state_of(wire.writing), before, "the state of descriptor and process", kChanged);
}

}  // namespace

TEST_CASE("a message is written whole") {
    on_each_stream(&Wire::writing, [](Wire& wire, const Text& kind) {
        step("write five bytes, one of them 0: " + kind);
        const Text five = written(wire, {"ab\0cd", 5}, far());
        expect_equal(five, Text("done 5"), "the result", why(five, "done 5", kZero));
        expect_equal(drained(wire.reading), Text("ab\0cd", 5), "what came", kZero);
        step("write with a deadline that has come");
        const Text late = written(wire, "late", over());
        expect_equal(late, Text("done 4"), "the result",
                     late == "timed_out 4" ? kDoneLate : kAsksOnce);
        expect_equal(drained(wire.reading), Text("late"), "what came", kAsksOnce);
        step("write nothing");
        expect_equal(written(wire, "", far()), Text("done 0"), "the result", kCounted);
        expect_equal(written(wire, "", over()), Text("done 0"), "the result", kCounted);
    });
}

TEST_CASE("a partial write is gone on with") {
    on_each_stream(&Wire::writing, [](Wire& wire, const Text& kind) {
        step("write a million bytes; the reader takes some at each wait: " + kind);
        if_it_hangs(kBlocks);
        if_it_crashes(kPartLost, "heap-buffer-overflow");
        const Text text = pattern(1'000'000);
        Text came;
        Text seen;
        {
            Faults faults;
            const auto read_some_of_it = [&] { came += drained(wire.reading); };
            at_each_wait(faults, read_some_of_it, 100'000);
            seen = written(wire, text, far());
        }
        came += drained(wire.reading);
        expect_equal(seen, "done " + show(text.size()), "the result", kPartLost);
        expect(came == text, "what came", "the million bytes, in order",
               show(came.size()) + " bytes, other ones", kPartLost);
    });
}

TEST_CASE("a reader that stalls costs no more than the deadline") {
    on_each_stream(&Wire::writing, [](Wire& wire, const Text& kind) {
        step("write a million bytes that nobody reads: " + kind);
        if_it_hangs(kBlocks);
        const Text text = pattern(1'000'000);
        const Text seen = written(wire, text, soon());
        expect(seen.starts_with("timed_out"), "the result", "timed_out", seen, {kBlocks, kAgain});
        const Text came = drained(wire.reading);
        expect_equal(number_in(seen), came.size(), "bytes that it says were written", kCounted);
        expect(came == text.substr(0, came.size()), "what came", "the beginning of the message",
               "other bytes", kPartLost);
    });
}

TEST_CASE("EINTR and EAGAIN are no answers to a write") {
    for (const int error : {EAGAIN, EINTR}) {
        step("the write fails three times with errno " + show(error) + ", then it goes well");
        Wire wire = socket_wire();
        Text seen;
        {
            Faults faults;
            faults.fail(Call::write, error, 3);
            seen = written(wire, "abc", far());
        }
        expect_equal(seen, Text("done 3"), "the result", error == EINTR ? kInterrupted : kAgain);
        expect_equal(drained(wire.reading), Text("abc"), "what came", kPartLost);
        const bool ends = error == EINTR;  // signals do, so it may be called again at once
        step(Text(ends ? "a hundred signals come" : "it fails for ever") +
             ", and the deadline passes");
        if_it_hangs(kLoop);
        if_it_hangs(kLoop, "it uses the processor");
        Faults faults;
        const Deadline deadline = soon();
        faults.fail(Call::write, error, ends ? 100 : 1'000'000'000);
        faults.before(Call::write, [&] { until_over(deadline); });
        seen = written(wire, "abc", deadline);
        expect(seen == "timed_out 0" || (ends && seen == "done 3"), "the result",
               ends ? "timed_out 0 or done 3" : "timed_out 0", seen, ends ? kInterrupted : kLoop);
    }
}

TEST_CASE("a reader that is gone is a status") {
    for (const bool socket : {true, false}) {
        step(Text("the reader of a ") + (socket ? "socket" : "pipe") + " has closed; write");
        const int status = in_a_process([&] {
            ::signal(SIGPIPE, SIG_DFL);
            Wire wire = socket ? socket_wire() : pipe_wire();
            wire.reading.reset();
            const Text before = state_of(wire.writing);
            if (written(wire, "x", far()) != "broken 0") return 1;
            if (written(wire, "x", far()) != "broken 0") return 1;
            return state_of(wire.writing) == before ? 0 : 2;
        });
        expect(!WIFSIGNALED(status), "the process", "lives on",
               "ended by signal " + show(WTERMSIG(status)), kSignal);
        expect(WEXITSTATUS(status) != 1, "the result", "broken 0, twice", "another", kBroken);
        expect(WEXITSTATUS(status) != 2, "SIGPIPE's action, the mask, what is pending", "as before",
               "changed", kChanged);
        for (const sighandler_t theirs : {SIG_IGN, count_raised}) {
            step(Text("the same where SIGPIPE ") +
                 (theirs == SIG_IGN ? "is ignored" : "has a handler"));
            const SignalsAsFound as_found({SIGPIPE});
            struct sigaction action {};  // signal(2) would set SA_RESTART, and no mask
            action.sa_handler = theirs;
            ::sigaddset(&action.sa_mask, SIGUSR2);
            ::sigaction(SIGPIPE, &action, nullptr);
            raised = 0;
            expect_gone_and_unchanged(socket);
            expect_equal(int{raised}, 0, "how often SIGPIPE was raised", kSignal);
        }
        step("the same where it is blocked, and then one is pending from before");
        const SignalsAsFound as_found({SIGPIPE});
        ::signal(SIGPIPE, count_raised);
        const waymark::daemon::SignalMask mask({SIGPIPE});
        expect_gone_and_unchanged(socket);
        ::raise(SIGPIPE);
        expect_gone_and_unchanged(socket);
    }
    for (const int error : {EPIPE, ECONNRESET, EHOSTUNREACH, EIO, ENOMEM})
        for (const int after : {0, 1, 2}) {
            step("write byte by byte; call " + show(after + 1) + " fails with " + show(error));
            Wire wire = socket_wire();
            Text seen;
            {
                Faults faults;
                faults.shorten(1);
                faults.fail(Call::write, error, 1, after);
                seen = written(wire, "abcd", far());
            }
            const bool ours = classify_io_error(error) == IoErrorKind::failure;
            const Text expected = ours ? "threw " + show(error) : "broken " + show(after);
            expect_equal(seen, expected, "the result", why(seen, expected, kBroken));
            expect_equal(drained(wire.reading).size(), static_cast<std::size_t>(after),
                         "bytes that came", kPartLost);
        }
    step("write to no descriptor");
    if_it_hangs(kOurs);
    const Fd none;
    expect_equal(told([&] { return write_all(none, "x", far()); }), "threw " + show(EBADF),
                 "the result (9 is EBADF)", kOurs);
}

TEST_CASE("a call that was late leaves the stream as it was") {
    on_each_stream(&Wire::writing, [](Wire& wire, const Text& kind) {
        step("read until the deadline, then something comes: " + kind);
        Buffer buffer(2);
        const auto read_two = [&](Deadline deadline) {
            return told([&] { return read_exactly(wire.reading, buffer.span(), deadline); });
        };
        (void)read_two(over());
        put(wire.writing, "ab");
        expect_equal(read_two(far()), Text("done 2"), "the next call", kChanged);
        step("write until the deadline, then there is room");
        (void)written(wire, pattern(1'000'000), soon());
        (void)drained(wire.reading);
        expect_equal(written(wire, "abc", far()), Text("done 3"), "the next call", kChanged);
        expect_equal(drained(wire.reading), Text("abc"), "what came", kChanged);
    });
}

TEST_CASE("a real reset is a status") {
    for (const char* address : {"127.0.0.1:0", "[::1]:0"}) {
        // A reset instead of an end: SO_LINGER with a time of 0 (socket(7)).
        const auto reset = [](Wire& wire) {
            const linger none{1, 0};
            ::setsockopt(wire.writing.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
            wire.writing.reset();
            pollfd arrived{wire.reading.get(), POLLIN, 0};
            ::poll(&arrived, 1, -1);
        };
        step(Text("a peer at ") + address + " resets the connection; read, then write");
        Wire wire = tcp_wire(address);
        reset(wire);
        Buffer buffer(4);
        Text seen = told([&] { return read_some(wire.reading, buffer.span(), far()); });
        expect_equal(seen, Text("broken 0"), "the read", kBroken);
        seen = told([&] { return write_all(wire.reading, "x", far()); });
        expect_equal(seen, Text("broken 0"), "the write", kBroken);
        step("the same, and the write comes first");
        Wire other = tcp_wire(address);
        reset(other);
        seen = told([&] { return write_all(other.reading, "x", far()); });
        expect_equal(seen, Text("broken 0"), "the write", kBroken);
    }
}

TEST_CASE("every way to cut a message that is written") {
    step("write 300 messages; each call takes a few bytes, or is interrupted");
    std::minstd_rand random(9);
    for (int turn = 0; turn < 60; ++turn) {
        Wire wire = random() % 2 == 0 ? socket_wire() : pipe_wire();
        const Text before = state_of(wire.writing);
        for (int part = 0; part < 5; ++part) {
            const Text text = pattern(random() % 40);
            Text seen;
            {
                Faults faults(static_cast<std::uint64_t>(turn) + 1);
                faults.shorten(static_cast<int>(1 + random() % 9));
                faults.interrupt(Call::write, 3);
                faults.interrupt(Call::poll, 3);
                seen = written(wire, text, far());
            }
            const Text expected = "done " + show(text.size());
            expect_equal(seen, expected, "the result", why(seen, expected, kPartLost));
            // After each: many small pieces fill a socket sooner than their bytes do.
            expect_equal(drained(wire.reading), text, "what came", kPartLost);
        }
        expect_equal(state_of(wire.writing), before, "the state of descriptor and process",
                     kChanged);
    }
}
