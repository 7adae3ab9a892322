// One deadline for the whole message, in lesson 08: on a clock that jumps, so that the instant is
// exact, and what is done while a call lasts. And how little is done for nothing.

#include <doctest/doctest.h>

#include <cerrno>
#include <vector>

#include "lessons/course/check/fast_clock.hh"
#include "net/line_reader.hh"
#include "wire.hh"

using namespace waymark::course::check;
using namespace waymark::net;
using std::chrono::milliseconds;

namespace {

using Text = std::string;

// A way to wait for something, with what comes back of it.
struct Act {
    const char* name;
    bool writes;
    Text (*run)(Wire&, Deadline);
};
Text waited(Ready (*wait)(const Fd&, Deadline), const Fd& fd, Deadline deadline) {
    return told([&] {
        const bool ready = wait(fd, deadline) == Ready::ready;
        return IoResult{ready ? IoStatus::done : IoStatus::timed_out, 0};
    });
}
const Act kActs[] = {
    {"wait_readable", false,
     [](Wire& wire, Deadline deadline) { return waited(wait_readable, wire.reading, deadline); }},
    {"wait_readable_by_select", false,
     [](Wire& wire, Deadline deadline) {
         return waited(wait_readable_by_select, wire.reading, deadline);
     }},
    {"wait_writable", true,
     [](Wire& wire, Deadline deadline) { return waited(wait_writable, wire.writing, deadline); }},
    {"wait_writable_by_select", true,
     [](Wire& wire, Deadline deadline) {
         return waited(wait_writable_by_select, wire.writing, deadline);
     }},
    {"read_some", false,
     [](Wire& wire, Deadline deadline) {
         Buffer buffer(3);
         return told([&] { return read_some(wire.reading, buffer.span(), deadline); });
     }},
    {"read_exactly", false,
     [](Wire& wire, Deadline deadline) {
         Buffer buffer(50);
         return told([&] { return read_exactly(wire.reading, buffer.span(), deadline); });
     }},
    {"read_line", false,
     [](Wire& wire, Deadline deadline) {
         LineReader reader(wire.reading);
         Text line;
         return told([&] { return reader.read_line(line, 1000, deadline); });
     }},
    {"write_all", true,
     [](Wire& wire, Deadline deadline) {
         const Text text(5'000'000, 'x');
         return told([&] { return write_all(wire.writing, text, deadline); });
     }},
};

Wire wire_for(const Act& act, bool socket) {
    Wire wire = socket ? socket_wire() : pipe_wire();
    if (act.writes) fill(wire.writing);
    return wire;
}

const Deadline kFirstInstant(Deadline::Clock::time_point::min());
const Deadline kLastInstant(Deadline::Clock::time_point::max() - std::chrono::nanoseconds(1));

void expect_passed(const FastClock& clock, int least, int most, const Causes& early) {
    const auto passed = clock.passed().count();
    expect(passed >= least && passed <= most, "milliseconds until it came back",
           least == most ? show(least) : show(least) + " or " + show(most), show(passed),
           passed < least ? early : Causes(kPerCall));
}

Text written(Wire& wire, Deadline deadline) {
    return told([&] { return write_all(wire.writing, Text(60, 'x'), deadline); });
}

void expect_in_time(bool right, std::string_view expected, const Text& seen) {
    if (!right) fail("the result", expected, seen, why_past_the_deadline(true, kActs[7].run));
}

}  // namespace

TEST_CASE("a call that nothing comes for ends at its deadline") {
    for (const Act& act : kActs)
        for (const bool socket : {true, false})
            for (const int interruptions : {0, 3}) {
                step(Text(act.name) + (socket ? ", socket" : ", pipe") +
                     ": a deadline in 100 ms, and " + show(interruptions) + " signals before it");
                if_it_hangs(kInterrupted);
                if_it_hangs(kBlocks, "waits in send");
                if_it_hangs(kBlocks, "waits in write");
                Wire wire = wire_for(act, socket);
                FastClock clock;
                for (int i = 0; i < interruptions; ++i)
                    clock.interrupt_at(milliseconds(10 + 40 * i));
                Faults faults;
                const Text seen = act.run(wire, Deadline::after(milliseconds(100)));
                expect_equal(seen, Text("timed_out 0"), "the result",
                             why(seen, "timed_out 0", kEarly));
                expect_passed(clock, 100, 101, interruptions > 0 ? kInterrupted : kEarly);
                expect(faults.calls(Call::poll) <= 5 + interruptions, "waits for one deadline",
                       "a few", show(faults.calls(Call::poll)), kLoop);
            }
}

TEST_CASE("what comes a moment before the deadline has come in time") {
    struct Row {
        const char* words;
        Deadline (*deadline)();
    };
    for (const Act& act : kActs)
        for (const Row& row :
             {Row{"is at 100 ms", [] { return Deadline::after(milliseconds(100)); }},
              Row{"never comes", [] { return Deadline::never(); }},
              Row{"is the last instant of the clock", [] { return kLastInstant; }}}) {
            step(Text(act.name) + ": something comes after 99 ms; the deadline " + row.words);
            if_it_hangs(kEarly);
            if_it_crashes(kOverflow, "overflow");
            if_it_crashes(kOverflow, "outside the range");
            Wire wire = wire_for(act, true);
            FastClock clock;
            clock.at(milliseconds(99), [&] {
                if (act.writes)
                    wire.reading.reset();
                else
                    put(wire.writing, Text(50, 'x') + "\n");
            });
            const Text seen = act.run(wire, row.deadline());
            const Text name = act.name;
            const Text expected = name == "read_some"     ? "done 3"
                                  : name == "write_all"   ? "broken 0"
                                  : name.starts_with("w") ? "done 0"
                                                          : "done 50";
            expect_equal(seen, expected, "the result", why(seen, expected, kEarly));
            expect_passed(clock, 99, 99, kEarly);
        }
}

TEST_CASE("a peer that moves a little now and then does not move the deadline") {
    for (const Act& act : kActs) {
        const Text name = act.name;
        if (name != "read_exactly" && name != "read_line" && name != "write_all") continue;
        for (const bool socket : {true, false})
            for (const int pause : {7, 24, 99}) {
                step(name + (socket ? ", socket" : ", pipe") + ": something every " + show(pause) +
                     " ms, and a deadline in 100 ms");
                if_it_hangs(kPerCall);
                if_it_hangs(kBlocks, "waits in send");
                if_it_hangs(kBlocks, "waits in write");
                Wire wire = wire_for(act, socket);
                FastClock clock;
                std::size_t taken = 0;
                for (int at = pause; at < 300; at += pause)
                    clock.at(milliseconds(at), [&] {
                        if (act.writes)
                            taken += drained(wire.reading).size();
                        else
                            put(wire.writing, "x");
                    });
                const Text seen = act.run(wire, Deadline::after(milliseconds(100)));
                expect(seen.starts_with("timed_out"), "the result", "timed_out", seen, kPerCall);
                expect_passed(clock, 100, 101, kEarly);
                if (name == "read_exactly")
                    expect_equal(seen, "timed_out " + show(99 / pause), "the result", kCounted);
            }
    }
}

TEST_CASE("a slow reader does not stretch the deadline") {
    step("the kernel takes one byte at a time, and the deadline has come");
    Wire wire = socket_wire();
    Text seen;
    {
        Faults faults;
        faults.shorten(1);
        seen = written(wire, over());
    }
    expect(seen != "timed_out 0", "the result", "timed_out 1", seen, kAsksOnce);
    expect_in_time(seen == "timed_out 1", "timed_out 1", seen);
    expect_equal(drained(wire.reading).size(), 1U, "bytes that came", kCounted);
    step("it takes one at each wait, and the deadline passes at the third");
    {
        Faults faults;
        faults.shorten(1);
        const Deadline deadline = Deadline::after(std::chrono::milliseconds(300));
        int waits = 0;
        const auto at_third = [&] {
            if (++waits == 3) until_over(deadline);
        };
        at_each_wait(faults, at_third, 3);
        seen = written(wire, deadline);
    }
    expect_in_time(seen.starts_with("timed_out"), "timed_out", seen);
    expect_equal(seen, "timed_out " + show(drained(wire.reading).size()),
                 "the result, with what came", kCounted);
}

TEST_CASE("the mode is the same while a call lasts") {
    for (const Act& act : kActs)
        for (const bool socket : {true, false})
            for (const bool nonblocking : {false, true}) {
                step(Text(act.name) + (socket ? ", socket" : ", pipe") +
                     (nonblocking ? ", O_NONBLOCK" : "") + ": look at the mode at each call");
                Wire wire = socket ? socket_wire() : pipe_wire();
                const Fd& fd = act.writes ? wire.writing : wire.reading;
                const Fd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));  // the same open file
                if (!act.writes) put(wire.writing, Text(50, 'x') + "\n");
                waymark::daemon::set_nonblocking(fd, nonblocking);
                const int mode = ::fcntl(fd.get(), F_GETFL);
                bool changed = false;
                const auto look = [&] {
                    if (::fcntl(copy.get(), F_GETFL) != mode) changed = true;
                };
                Faults faults;
                for (const Call call : {Call::poll, Call::read, Call::write})
                    at_each(faults, call, look, 3);
                FastClock clock;
                (void)act.run(wire, Deadline::after(milliseconds(100)));
                expect(!changed, "the mode of the open file", "the same all the time",
                       "another while the call lasted", kChanged);
            }
}

TEST_CASE("of no bytes there is no call") {
    for (const bool socket : {true, false})
        for (const bool gone : {false, true})
            for (const Deadline deadline : {far(), over()}) {
                step(Text("write nothing to a ") + (socket ? "socket" : "pipe") +
                     (gone ? " whose reader is gone" : " that is full"));
                if_it_hangs(kNothing);
                Wire wire = wire_for(kActs[7], socket);
                if (gone) wire.reading.reset();
                Faults faults;
                const Text seen = told([&] { return write_all(wire.writing, "", deadline); });
                expect_equal(seen, Text("done 0"), "the result", kNothing);
                expect_equal(faults.calls(Call::poll) + faults.calls(Call::write), 0,
                             "waits and writes", kNothing);
            }
    step("write nothing to no descriptor");
    const Fd none;
    expect_equal(told([&] { return write_all(none, "", far()); }), Text("done 0"), "the result",
                 kNothing);
}

TEST_CASE("a deadline that has come allows one attempt") {
    for (const Act& act : kActs)
        for (const Deadline deadline : {over(), kFirstInstant}) {
            step(Text(act.name) + ": ready and EAGAIN for ever, and a deadline that " +
                 (deadline == kFirstInstant ? "is the first instant of the clock" : "has come"));
            if_it_hangs(kLoop);
            if_it_hangs(kLoop, "it uses the processor");
            if_it_crashes(kOverflow, "overflow");
            Wire wire = socket_wire();
            if (!act.writes) put(wire.writing, "x");
            const bool waits = Text(act.name).starts_with("wait");
            Faults faults;
            faults.fail(Call::read, EAGAIN, 1'000'000'000);
            faults.fail(Call::write, EAGAIN, 1'000'000'000);
            const Text expected = waits ? "done 0" : "timed_out 0";
            const Text seen = act.run(wire, deadline);
            expect_equal(seen, expected, "the result", why(seen, expected, kLoop));
            const int calls = faults.calls(Call::read) + faults.calls(Call::write);
            expect_equal(calls, waits ? 0 : 1, "reads or writes", calls == 0 ? kAsksOnce : kLoop);
        }
}

TEST_CASE("a blocking pipe with something in it takes no more than it has room for") {
    for (const std::size_t held : {1U, 4095U, 4096U, 4097U, 30'000U, 59'000U, 61'439U, 61'440U}) {
        step("a pipe holds " + show(held) + " bytes; write 100000 that nobody reads");
        if_it_hangs(kBlocks);
        Wire wire = pipe_wire();
        put(wire.writing, Text(held, 'a'));
        FastClock clock;
        const Text seen = told([&] {
            return write_all(wire.writing, Text(100'000, 'b'), Deadline::after(milliseconds(100)));
        });
        expect(seen.starts_with("timed_out"), "the result", "timed_out", seen, kBlocks);
        expect_equal(seen, "timed_out " + show(drained(wire.reading).size() - held),
                     "the result, with what came", kCounted);
    }
}
