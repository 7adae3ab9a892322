// Reading, in lesson 08: what a stream gives, and what a message is.

#include <doctest/doctest.h>

#include <cerrno>
#include <random>
#include <string_view>
#include <vector>

#include "wire.hh"

using namespace waymark::course::check;
using namespace waymark::net;

namespace {

using Text = std::string;

Text some(const Wire& wire, Buffer& buffer, Deadline deadline) {
    return told([&] { return read_some(wire.reading, buffer.span(), deadline); });
}
Text exactly(const Wire& wire, Buffer& buffer, Deadline deadline) {
    return told([&] { return read_exactly(wire.reading, buffer.span(), deadline); });
}

void expect_in_time(bool right, std::string_view what, std::string_view expected,
                    const Text& seen) {
    const auto read = [](Wire& wire, Deadline deadline) {
        Buffer buffer(60);
        exactly(wire, buffer, deadline);
    };
    if (!right) fail(what, expected, seen, why_past_the_deadline(false, read));
}

}  // namespace

TEST_CASE("read some gives what is there") {
    on_each_stream(&Wire::reading, [](Wire& wire, const Text& kind) {
        step("five bytes are there, one of them 0; read some into eight: " + kind);
        put(wire.writing, {"ab\0cd", 5});
        Buffer buffer(8);
        const Text five = some(wire, buffer, far());
        expect_equal(five, Text("done 5"), "the result", why(five, "done 5", {kZero, kOneRead}));
        expect_equal(buffer.text(), Text("ab\0cd###", 8), "the buffer", kZero);
        step("nine are there; read some into four");
        put(wire.writing, "123456789");
        Buffer small(4);
        if_it_crashes(kTooMuch);
        expect_equal(some(wire, small, over()), Text("done 4"),
                     "the result, with a deadline that has come", kAsksOnce);
        expect_equal(small.text(), Text("1234"), "the buffer", kTooMuch);
        expect_equal(drained(wire.reading), Text("56789"), "what is left in the stream", kTooMuch);
        step("nothing is there");
        if_it_hangs(kPerCall);
        const Text nothing = some(wire, small, soon());
        expect_equal(nothing, Text("timed_out 0"), "the result",
                     why(nothing, "timed_out 0", kEarly));
        step("the peer closes; read twice");
        wire.writing.reset();
        expect_equal(some(wire, small, far()), Text("end 0"), "the result", kEnd);
        expect_equal(some(wire, small, far()), Text("end 0"), "the result", kEnd);
    });
}

TEST_CASE("read exactly gives the message and nothing behind it") {
    on_each_stream(&Wire::reading, [](Wire& wire, const Text& kind) {
        step("a message of six bytes comes in parts, and another behind it: " + kind);
        if_it_hangs(kTooMuch);
        if_it_hangs(kBlocks, "waits in recv");
        if_it_hangs(kBlocks, "waits in read");
        put(wire.writing, {"a\0", 2});
        Buffer buffer(6);
        Text seen;
        {
            Faults faults;
            std::vector<std::string_view> parts = {"c", {"de\0next", 7}};
            // Only where all that came was read: whoever reads before the first wait is one ahead.
            const auto more = [&] {
                if (parts.empty() || has_unread(wire.reading)) return;
                put(wire.writing, parts.front());
                parts.erase(parts.begin());
            };
            at_each_wait(faults, more, 40);
            seen = exactly(wire, buffer, far());
        }
        if (seen == "done 2") fail("the result", "done 6", seen, kOneRead);
        expect_equal(seen, Text("done 6"), "the result", {kOneRead, kZero});
        expect_equal(buffer.text(), Text("a\0cde\0", 6), "the buffer", kOneRead);
        expect_equal(drained(wire.reading), Text("next"), "what is left", kTooMuch);
        step("six bytes are there, and the deadline has come");
        put(wire.writing, "123456");
        const Text late = exactly(wire, buffer, over());
        expect_equal(late, Text("done 6"), "the result",
                     late == "timed_out 6" ? kDoneLate : kAsksOnce);
        step("a message of no bytes, with bytes waiting");
        put(wire.writing, "next");
        Buffer nothing(0);
        expect_equal(exactly(wire, nothing, far()), Text("done 0"), "the result", kNothing);
        expect_equal(drained(wire.reading), Text("next"), "what is left", kTooMuch);
        step("a message of no bytes, and nothing waiting");
        if_it_hangs(kNothing);
        expect_equal(exactly(wire, nothing, far()), Text("done 0"), "the result", kNothing);
    });
}

TEST_CASE("the end in the middle and the end before the first byte") {
    on_each_stream(&Wire::reading, [](Wire& wire, const Text& kind) {
        step("three bytes of five come, then the end: " + kind);
        put(wire.writing, "abc");
        wire.writing.reset();
        Buffer buffer(5);
        const Text seen = exactly(wire, buffer, far());
        const bool early = seen.starts_with("end ") && has_unread(wire.reading);
        expect_equal(seen, Text("end 3"), "the result",
                     early ? kHangUpFirst : why(seen, "end 3", kEnd));
        expect_equal(buffer.text(), Text("abc##"), "the buffer", kCounted);
        step("and once more");
        expect_equal(exactly(wire, buffer, far()), Text("end 0"), "the result", kEnd);
    });
    step("four bytes of four, and then the end");
    Wire wire = pipe_wire();
    put(wire.writing, "abcd");
    wire.writing.reset();
    Buffer whole(4);
    expect_equal(exactly(wire, whole, far()), Text("done 4"), "the result", kEnd);
}

TEST_CASE("a slow sender does not stretch the deadline") {
    on_each_stream(&Wire::reading, [](Wire& wire, const Text& kind) {
        step("one byte comes at each wait, the first when the deadline has come: " + kind);
        Buffer buffer(60);
        Text seen;
        {
            Faults faults;
            const Deadline deadline = soon();
            send_too_slowly(faults, wire, deadline);
            seen = exactly(wire, buffer, deadline);
        }
        expect_in_time(seen.starts_with("timed_out"), "the result", "timed_out", seen);
        expect_in_time(seen == "timed_out 0" || seen == "timed_out 1" || seen == "timed_out 2",
                       "bytes read after the deadline", "at most one attempt", seen);
    });
}

TEST_CASE("a sender that always has more does not carry a read past its deadline") {
    step("sixty bytes are there, a read gives one, and the deadline has come");
    Wire wire = socket_wire();
    put(wire.writing, Text(60, 'x'));
    Buffer buffer(60);
    Text seen;
    {
        Faults faults;
        faults.shorten(1);
        seen = exactly(wire, buffer, over());
    }
    expect(seen != "timed_out 0", "the result", "timed_out 1", seen, kAsksOnce);
    expect_in_time(seen == "timed_out 1", "the result", "timed_out 1", seen);
    expect_equal(drained(wire.reading).size(), 59U, "bytes left in the socket", kCounted);
    step("three of five bytes are there, and the deadline passes");
    put(wire.writing, "abc");
    Buffer five(5);
    expect_equal(exactly(wire, five, soon()), Text("timed_out 3"), "the result", kCounted);
}

TEST_CASE("bytes that go between the wait and the read") {
    for (const bool exact : {false, true}) {
        step("a blocking socket is readable, and another reader takes the byte");
        if_it_hangs(kBlocks);
        Wire wire = socket_wire();
        put(wire.writing, "x");
        Buffer buffer(3);
        Faults faults;
        faults.before(Call::read, [&] { (void)drained(wire.reading); });
        const Text seen = exact ? exactly(wire, buffer, soon()) : some(wire, buffer, soon());
        expect_equal(seen, Text("timed_out 0"), "the result", {kBlocks, kAgain});
    }
}

TEST_CASE("EINTR and EAGAIN are no answers to a read") {
    for (const int error : {EAGAIN, EINTR})
        for (const bool exact : {false, true}) {
            step("the read fails three times with errno " + show(error) + ", then it goes well");
            Wire wire = socket_wire();
            put(wire.writing, "abc");
            Buffer buffer(3);
            Text seen;
            {
                Faults faults;
                faults.fail(Call::read, error, 3);
                seen = exact ? exactly(wire, buffer, far()) : some(wire, buffer, far());
            }
            expect_equal(seen, Text("done 3"), "the result",
                         error == EINTR ? kInterrupted : kAgain);
            const bool ends = error == EINTR;  // signals do, so it may be called again at once
            step(Text(ends ? "a hundred signals come" : "it fails for ever") +
                 ", and the deadline passes");
            if_it_hangs(kLoop);
            if_it_hangs(kLoop, "it uses the processor");
            put(wire.writing, "abc");
            Faults faults;
            const Deadline deadline = soon();
            faults.fail(Call::read, error, ends ? 100 : 1'000'000'000);
            faults.before(Call::read, [&] { until_over(deadline); });
            seen = exact ? exactly(wire, buffer, deadline) : some(wire, buffer, deadline);
            expect(seen == "timed_out 0" || (ends && seen == "done 3"), "the result",
                   ends ? "timed_out 0 or done 3" : "timed_out 0", seen,
                   ends ? kInterrupted : kLoop);
        }
}

TEST_CASE("a connection that breaks and our own mistakes") {
    for (const int error : {ECONNRESET, ETIMEDOUT, EHOSTUNREACH, EIO, ENOMEM, EBADF})
        for (int after : {0, 1, 2}) {
            step("read byte by byte; call " + show(after + 1) + " fails with errno " + show(error));
            Wire wire = socket_wire();
            put(wire.writing, "abcd");
            Buffer buffer(4);
            Text seen;
            {
                Faults faults;
                faults.shorten(1);
                faults.fail(Call::read, error, 1, after);
                seen = exactly(wire, buffer, far());
            }
            const bool ours = classify_io_error(error) == IoErrorKind::failure;
            const Text expected = ours ? "threw " + show(error) : "broken " + show(after);
            expect_equal(seen, expected, "the result", why(seen, expected, kBroken));
        }
    step("read from no descriptor, and from the writing end of a pipe");
    Wire wire = pipe_wire();
    Buffer buffer(1);
    if_it_hangs(kOurs);
    const Fd none;
    expect_equal(told([&] { return read_some(none, buffer.span(), far()); }),
                 "threw " + show(EBADF), "the result (9 is EBADF)", kOurs);
}

TEST_CASE("every way to cut a conversation") {
    step("read 60 conversations; each call gives a few bytes, or is interrupted");
    std::minstd_rand random(8);
    for (int turn = 0; turn < 60; ++turn) {
        Text all(1 + random() % 200, '\0');
        for (char& byte : all) byte = static_cast<char>(random() % 4 == 0 ? 0 : random() % 256);
        const bool socket = random() % 2 == 0;
        Wire wire = socket ? socket_wire() : pipe_wire();
        put(wire.writing, all);
        wire.writing.reset();
        const Text before = state_of(wire.reading);
        std::size_t place = 0;
        while (place <= all.size()) {
            const std::size_t size = 1 + random() % 40;
            const bool exact = random() % 2 == 0;
            Buffer buffer(size);
            Text seen;
            {
                Faults faults(static_cast<std::uint64_t>(turn) + 1);
                faults.shorten(static_cast<int>(1 + random() % 9));
                faults.interrupt(Call::read, 3);
                faults.interrupt(Call::poll, 3);
                seen = exact ? exactly(wire, buffer, far()) : some(wire, buffer, far());
            }
            const std::size_t count =
                std::stoul("0" + seen.substr(std::min(seen.find(' ') + 1, seen.size())));
            const std::size_t left = all.size() - place;
            if (exact || left == 0) {
                const Text expected = left >= size ? "done " + show(size) : "end " + show(left);
                expect_equal(seen, expected, "the result",
                             why(seen, expected, {kOneRead, kInterrupted}));
            } else
                expect(seen.starts_with("done ") && count >= 1 && count <= std::min(size, left),
                       "the result", "done, with 1 byte or more", seen,
                       why(seen, "done", {kOneRead, kInterrupted}));
            expect_equal(buffer.text(count), all.substr(place, count), "the bytes", kOneRead);
            expect_equal(buffer.text().substr(count), Text(size - count, '#'),
                         "the buffer behind them", kTooMuch);
            if (left == 0) break;
            place += count;
        }
        expect_equal(state_of(wire.reading), before, "the state of descriptor and process",
                     kChanged);
    }
}
