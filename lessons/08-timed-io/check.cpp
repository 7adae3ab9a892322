// Lesson 08: how many bytes did you really write? Here are the waits, and what an errno means; the
// other files have reading, writing and lines. No clock decides: the peer acts when the learner's
// code enters a call, and a deadline that is to pass is waited out there.

#include <doctest/doctest.h>
#include <poll.h>

#include <cerrno>
#include <set>
#include <system_error>

#include "lessons/course/check/descriptor_limit.hh"
#include "lessons/course/check/without_input.hh"
#include "wire.hh"

using namespace waymark::course::check;
using namespace waymark::net;

namespace {

constexpr int kLastErrno = EHWPOISON;  // errno(3): of Linux

struct Way {
    const char* name;
    Ready (*readable)(const Fd&, Deadline);
    Ready (*writable)(const Fd&, Deadline);
};
const Way kWays[] = {{"poll", wait_readable, wait_writable},
                     {"select", wait_readable_by_select, wait_writable_by_select}};

std::string said(Ready (*wait)(const Fd&, Deadline), const Fd& fd, Deadline deadline) {
    try {
        return wait(fd, deadline) == Ready::ready ? "ready" : "timed_out";
    } catch (const std::system_error& error) {
        return "threw " + std::to_string(error.code().value());
    } catch (...) {
        return "threw something that is no std::system_error";
    }
}
using Text = std::string;

// As a number only: whoever owns it closes it elsewhere.
struct Lent {
    explicit Lent(int number) : fd(number) {}
    ~Lent() { (void)fd.release(); }
    Fd fd;
};

}  // namespace

TEST_CASE("a wait ends when there is something to read") {
    for (const Way& way : kWays) {
        Wire wire = socket_wire();
        step(Text("wait by ") + way.name + " for bytes that are there");
        if (Text(way.name) == "select") if_it_hangs(kNfds);
        put(wire.writing, "x");
        const Text seen = said(way.readable, wire.reading, far());
        expect_equal(seen, Text("ready"), "the wait",
                     seen == "threw " + show(ENOSYS) ? kNotWritten : kEarly);
        step("the same with a deadline that has come");
        expect_equal(said(way.readable, wire.reading, over()), Text("ready"), "the wait",
                     kAsksOnce);
        expect_equal(drained(wire.reading), Text("x"), "what is in the socket afterwards",
                     kTooMuch);
        step(Text("wait by ") + way.name + " where its number is 0, as that of standard input");
        if_it_hangs(kZeroNumber);
        put(wire.writing, "x");
        const WithoutInput free_number;
        const Fd zero(::dup(wire.reading.get()));
        expect_equal(said(way.readable, zero, far()), Text("ready"), "the wait", kZeroNumber);
        expect_equal(said(way.writable, zero, far()), Text("ready"), "the wait", kZeroNumber);
    }
}

TEST_CASE("a wait ends at its deadline") {
    for (const Way& way : kWays) {
        Wire wire = socket_wire();
        step(Text("wait by ") + way.name + " for bytes that do not come");
        if_it_hangs(kLoop);
        const Deadline deadline = soon();
        expect_equal(said(way.readable, wire.reading, deadline), Text("timed_out"), "the wait",
                     kEarly);
        expect(deadline.expired(), "the deadline", "has come", "has not come", kEarly);
        step("wait until a full socket is writable");
        fill(wire.writing);
        expect_equal(said(way.writable, wire.writing, soon()), Text("timed_out"), "the wait",
                     kEarly);
        step("wait for room, and for bytes that are not there; the deadline has come");
        if_it_hangs(kAsksOnce);
        expect_equal(said(way.writable, wire.reading, over()), Text("ready"), "room", kAsksOnce);
        expect_equal(said(way.readable, wire.writing, over()), Text("timed_out"), "no bytes",
                     kAsksOnce);
    }
}

TEST_CASE("the end is something to read") {
    for (const Way& way : kWays)
        for (const bool socket : {true, false}) {
            Wire wire = socket ? socket_wire() : pipe_wire();
            step(Text("the writer of a ") + (socket ? "socket" : "pipe") + " has closed; wait by " +
                 way.name);
            wire.writing.reset();
            const Advice& cause = Text(way.name) == "poll" ? kHangUp : kEnd;
            if_it_hangs(cause);
            if_it_hangs(cause, "it uses the processor");
            expect_equal(said(way.readable, wire.reading, far()), Text("ready"), "the wait", cause);
            step(Text("the reader of a ") + (socket ? "socket" : "pipe") + " has closed; wait by " +
                 way.name);
            const Advice& broken = Text(way.name) == "poll" ? kHangUp : kBroken;
            if_it_hangs(broken);
            if_it_hangs(broken, "it uses the processor");
            Wire other = socket ? socket_wire() : pipe_wire();
            other.reading.reset();
            expect_equal(said(way.writable, other.writing, far()), Text("ready"),
                         "the wait to write to a reader that is gone", broken);
        }
}

TEST_CASE("an interruption neither ends a wait nor makes it longer") {
    for (const Way& way : kWays) {
        step(Text("wait by ") + way.name + "; five signals come, then a byte");
        Wire wire = socket_wire();
        {
            Faults faults;
            faults.fail(Call::poll, EINTR, 5);
            int waits = 0;
            at_each_wait(
                faults,
                [&] {
                    if (++waits == 6) put(wire.writing, "x");
                },
                6);
            expect_equal(said(way.readable, wire.reading, far()), Text("ready"), "the wait",
                         kInterrupted);
        }
        step("a signal every 60 ms, and a deadline in 100 ms");
        Wire silent = socket_wire();
        {
            FastClock clock;
            for (int at = 60; at < 300; at += 60) clock.interrupt_at(std::chrono::milliseconds(at));
            const Deadline deadline = Deadline::after(std::chrono::milliseconds(100));
            const Text seen = said(way.readable, silent.reading, deadline);
            const auto passed = clock.passed().count();
            expect_equal(seen, Text("timed_out"), "the wait", kInterrupted);
            expect(passed <= 101, "milliseconds until it came back", "100", show(passed), kPerCall);
        }
        // Who asks again without waiting is right, and so is who looks at the clock first.
        step("twenty signals when the deadline has come");
        if_it_hangs(kPerCall);
        Faults faults;
        const Deadline deadline = soon();
        faults.fail(Call::poll, EINTR, 20);
        faults.before(Call::poll, [&] { until_over(deadline); });
        expect_equal(said(way.readable, silent.reading, deadline), Text("timed_out"), "the wait",
                     kInterrupted);
    }
}

TEST_CASE("a wait that came back too soon is gone on with") {
    for (const Way& way : kWays) {
        step(Text("wait by ") + way.name + "; the system's longest wait is over three times");
        if_it_hangs(kSetUsed);
        for (const Deadline deadline : {far(), Deadline::after(std::chrono::hours(24 * 365))}) {
            Wire wire = socket_wire();
            Faults faults;
            faults.expire(Call::poll, 3);
            int waits = 0;
            at_each_wait(
                faults,
                [&] {
                    if (++waits == 4) put(wire.writing, "x");
                },
                4);
            expect_equal(said(way.readable, wire.reading, deadline), Text("ready"), "the wait",
                         kEarly);
        }
        step(Text("the same for a full socket, which gets room behind the third"));
        if_it_hangs(Text(way.name) == "poll" ? kEarly : kSetUsed);
        Wire wire = socket_wire();
        fill(wire.writing);
        Faults faults;
        faults.expire(Call::poll, 3);
        int waits = 0;
        at_each_wait(
            faults,
            [&] {
                if (++waits == 4) (void)drained(wire.reading);
            },
            4);
        expect_equal(said(way.writable, wire.writing, far()), Text("ready"), "the wait", kEarly);
    }
}

TEST_CASE("one direction is waited for and not the other") {
    for (const Way& way : kWays) {
        step(Text("wait by ") + way.name + " for room in a full socket that has a byte to read");
        Wire wire = socket_wire();
        fill(wire.writing);
        put(wire.reading, "x");
        expect_equal(said(way.writable, wire.writing, soon()), Text("timed_out"), "the wait",
                     kDirection);
        step("the same when the peer has ended its own direction, and still reads");
        ::shutdown(wire.reading.get(), SHUT_WR);
        expect_equal(said(way.writable, wire.writing, soon()), Text("timed_out"), "the wait",
                     kDirection);
        step("wait for bytes where an urgent one has come, which a read does not give");
        const Wire tcp = tcp_wire("127.0.0.1:0");
        ::send(tcp.writing.get(), "!", 1, MSG_OOB | MSG_NOSIGNAL);
        pollfd arrived{tcp.reading.get(), POLLPRI, 0};
        ::poll(&arrived, 1, -1);
        expect_equal(said(way.readable, tcp.reading, over()), Text("timed_out"), "the wait",
                     kUrgent);
    }
}

TEST_CASE("a deadline that never comes") {
    for (const Way& way : kWays) {
        step(Text("wait by ") + way.name + " with Deadline::never(); a byte comes");
        Wire wire = socket_wire();
        Faults faults;
        faults.before(Call::poll, [&] { put(wire.writing, "x"); });
        const Text seen = said(way.readable, wire.reading, Deadline::never());
        expect_equal(seen, Text("ready"), "the wait", seen == "timed_out" ? kEarly : kOverflow);
    }
}

TEST_CASE("a descriptor that is none is refused") {
    for (const Way& way : kWays) {
        step(Text("wait by ") + way.name + " for no descriptor");
        if_it_hangs(kOurs);
        if_it_crashes(kOurs);
        for (const auto wait : {way.readable, way.writable}) {
            const Text seen = said(wait, Fd(), far());
            expect_equal(seen, "threw " + show(EBADF), "the wait (9 is EBADF)",
                         seen == "threw " + show(EINVAL) ? kBelowZero : kOurs);
        }
        step("and for a number that is closed");
        Wire wire = socket_wire();
        const Lent closed(wire.reading.get());
        wire.reading.reset();
        expect_equal(said(way.readable, closed.fd, far()), "threw " + show(EBADF),
                     "the wait (9 is EBADF)", kOurs);
        step("the kernel has no memory for the wait");
        Faults faults;
        faults.fail(Call::poll, ENOMEM);
        expect_equal(said(way.writable, wire.writing, far()), "threw " + show(ENOMEM),
                     "the wait (12 is ENOMEM)", kOurs);
    }
}

TEST_CASE("select takes descriptor 1023 and refuses 1024") {
    const DescriptorLimit more(FD_SETSIZE + 10);
    if (!more.is_set()) skip("the limit of open files is below 1034");
    for (const int number : {FD_SETSIZE - 1, FD_SETSIZE, FD_SETSIZE + 1}) {
        Wire wire = socket_wire();
        const Fd high(::dup3(wire.reading.get(), number, O_CLOEXEC));
        put(wire.writing, "x");
        step("wait by select for descriptor " + show(number));
        if_it_crashes(kFdSet);
        if_it_crashes(kFdSet, "outside an array");
        const Text expected = number < FD_SETSIZE ? "ready" : "threw " + show(EINVAL);
        expect_equal(said(wait_readable_by_select, high, far()), expected,
                     "the wait to read (22 is EINVAL)", kFdSet);
        expect_equal(said(wait_writable_by_select, high, far()), expected,
                     "the wait to write (22 is EINVAL)", kFdSet);
        step("wait by poll for the same");
        expect_equal(said(wait_readable, high, far()), Text("ready"), "the wait", kFdSet);
        expect_equal(said(wait_writable, high, far()), Text("ready"), "the wait", kFdSet);
    }
}

TEST_CASE("what each errno means") {
    const auto name = [](IoErrorKind kind) {
        return Text(kind == IoErrorKind::try_again ? "try_again"
                    : kind == IoErrorKind::broken  ? "broken"
                                                   : "failure");
    };
    for (const int error : {EAGAIN, EINTR}) {
        step("ask for errno " + show(error));
        expect_equal(name(classify_io_error(error)), Text("try_again"), "its kind",
                     error == EINTR ? kInterrupted : kAgain);
    }
    const std::set<int> broken = {ECONNRESET,   EPIPE,        ETIMEDOUT, ECONNABORTED,
                                  ECONNREFUSED, EHOSTUNREACH, EHOSTDOWN, ENETUNREACH,
                                  ENETDOWN,     ENETRESET,    EACCES,    ENOPROTOOPT,
                                  EPROTO,       ENONET,       EOPNOTSUPP};
    for (const int error : broken) {
        step("ask for errno " + show(error));
        expect_equal(name(classify_io_error(error)), Text("broken"), "its kind", kBroken);
    }
    step("ask for each other errno that there is, and for 0 and -1");
    for (int error = -1; error <= kLastErrno; ++error) {
        if (broken.contains(error) || error == EAGAIN || error == EINTR) continue;
        const Text seen = name(classify_io_error(error));
        expect_equal(
            seen, Text("failure"),
            "the kind of errno " + show(error) + " (" + std::system_category().message(error) + ")",
            seen == "try_again" ? kTriedAgain : kOurs);
    }
}
