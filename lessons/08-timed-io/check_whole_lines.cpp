// Lines, in lesson 08: where a message ends is in the bytes, and what follows is kept.

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <random>
#include <vector>

#include "net/line_reader.hh"
#include "wire.hh"

using namespace waymark::course::check;
using namespace waymark::net;

namespace {

using Text = std::string;

constexpr const char* kOld = "old";  // what was in the line before
constexpr const char* kOfALine = " of a line of ";

// The status, and the line where there is one: "done ab".
Text next_line(LineReader& reader, std::size_t limit, Deadline deadline) {
    Text line = kOld;
    IoStatus status = IoStatus::done;
    std::size_t count = 0;
    const Text seen = told([&] {
        const IoResult result = reader.read_line(line, limit, deadline);
        status = result.status;
        count = result.count;
        return result;
    });
    if (seen.starts_with("threw")) return seen;
    if (status != IoStatus::done && status != IoStatus::end) return name_of(status);
    if (count != line.size() && line == kOld) return seen + ", and the line is still " + kOld;
    if (count != line.size()) return seen + kOfALine + show(line.size());
    return name_of(status) + " " + line;
}

// A line of many times the limit: who gives that, too, has not counted wrong, but not looked.
bool gives_any(const char* end) {
    Wire wire = socket_wire();
    put(wire.writing, Text(60, 'x') + end);
    wire.writing.reset();
    LineReader reader(wire.reading);
    return next_line(reader, 5, far()) != "too_long";
}

}  // namespace

TEST_CASE("a line and its end") {
    struct Row {
        std::string_view sent, expected;
        const Advice& cause;
    };
    for (const Row& row :
         {Row{"ab\n", "done ab", kOneRead}, Row{"ab\r\n", "done ab", kReturn},
          Row{"\n", "done ", kLimit}, Row{"\r\n", "done ", kReturn},
          Row{"a\rb\n", "done a\rb", kReturn}, Row{"a\r\r\n", "done a\r", kReturn},
          Row{{"a\0b\n", 4}, {"done a\0b", 8}, kZero}, Row{"1234\n", "done 1234", kLimit},
          Row{"12345\n", "done 12345", kLimit}, Row{"12345\r\n", "done 12345", kLimit},
          Row{"123456\n", "too_long", kLimit}, Row{"123456\r\n", "too_long", kLimit},
          Row{"123456", "too_long", kLimit}, Row{"12345", "end 12345", kEnd}, Row{"", "end ", kEnd},
          Row{"abc", "end abc", kEnd}, Row{"abc\r", "end abc\r", kReturn}}) {
        step("read a line of at most 5 bytes; there is " + show(row.sent) + ", then the end");
        Wire wire = socket_wire();
        put(wire.writing, row.sent);
        wire.writing.reset();
        LineReader reader(wire.reading);
        const Text seen = next_line(reader, 5, far());
        const auto says = [&](const char* words) { return seen.find(words) != seen.npos; };
        const char* const end = row.sent.ends_with('\n') ? "\n" : "";
        expect_equal(seen, Text(row.expected), "the result",
                     says(kOld)                                     ? kBehindOld
                     : says(kOfALine)                               ? kCounted
                     : row.expected == "too_long" && gives_any(end) ? kNoLimit
                                                                    : row.cause);
    }
    for (const std::size_t limit : {SIZE_MAX, std::size_t{1} << 32U}) {
        step("a line of 5 bytes, and a limit of " + show(limit));
        Wire long_wire = socket_wire();
        put(long_wire.writing, "12345\n");
        LineReader unlimited(long_wire.reading);
        expect_equal(next_line(unlimited, limit, far()), Text("done 12345"), "the result",
                     limit == SIZE_MAX ? kOverflow : kNarrow);
    }
    step("a limit of 0, and an empty line");
    Wire wire = socket_wire();
    put(wire.writing, "\n\r\nx\n");
    LineReader reader(wire.reading);
    expect_equal(next_line(reader, 0, far()), Text("done "), "the result", kLimit);
    expect_equal(next_line(reader, 0, far()), Text("done "), "the result", kLimit);
    expect_equal(next_line(reader, 0, far()), Text("too_long"), "the result", kLimit);
}

TEST_CASE("what follows a line is kept") {
    step("two lines, a body and a rest come at once");
    Wire wire = socket_wire();
    put(wire.writing, "one\ntwo\nbodyrest");
    LineReader reader(wire.reading);
    if_it_hangs(kSurplus);
    expect_equal(next_line(reader, 100, far()), Text("done one"), "the first line", kOneRead);
    const Text second = next_line(reader, 100, over());
    expect_equal(second, Text("done two"), "the second line, with a deadline that has come",
                 second == "timed_out" ? kAsksOnce : kSurplus);
    Buffer body(4);
    expect_equal(told([&] { return reader.read_exactly(body.span(), far()); }), Text("done 4"),
                 "the body", kSurplus);
    expect_equal(body.text(), Text("body"), "the body", kSurplus);
    wire.writing.reset();
    expect_equal(next_line(reader, 100, far()), Text("end rest"), "the rest", kEnd);
    step("and once more after the end");
    const Text after = next_line(reader, 100, far());
    expect_equal(after, Text("end "), "the result", after == "end rest" ? kTwice : kEnd);
}

TEST_CASE("a line that comes in parts") {
    step("half a line comes, the deadline passes, then the other half");
    Wire wire = socket_wire();
    LineReader reader(wire.reading);
    put(wire.writing, "hel");
    expect_equal(next_line(reader, 100, soon()), Text("timed_out"), "the result", kEarly);
    put(wire.writing, "lo\r");
    expect_equal(next_line(reader, 100, soon()), Text("timed_out"), "the result", kReturn);
    put(wire.writing, "\nx");
    expect_equal(next_line(reader, 100, far()), Text("done hello"), "the result", kSurplus);
    step("look with a deadline that has come, part by part");
    expect_equal(next_line(reader, 100, over()), Text("timed_out"), "the result", kEarly);
    put(wire.writing, "y\n");
    const Text late = next_line(reader, 100, over());
    expect_equal(late, Text("done xy"), "the result", reader.surplus() > 1 ? kDoneLate : kAsksOnce);
}

TEST_CASE("a slow sender does not stretch the deadline of a line") {
    step("one byte comes at each wait, the first when the deadline has come");
    Wire wire = socket_wire();
    LineReader reader(wire.reading);
    Text seen;
    {
        Faults faults;
        const Deadline deadline = soon();
        send_too_slowly(faults, wire, deadline);
        seen = next_line(reader, 100, deadline);
    }
    const auto read = [](Wire& other, Deadline deadline) {
        LineReader lines(other.reading);
        next_line(lines, 100, deadline);
    };
    if (seen != "timed_out")
        fail("the result", "timed_out", seen, why_past_the_deadline(false, read));
    const std::size_t taken = reader.surplus();
    if (taken > 2)
        fail("bytes read after the deadline", "at most one attempt", show(taken),
             why_past_the_deadline(false, read));
    put(wire.writing, "\n");
    expect_equal(next_line(reader, 100, far()).size(), 5 + Text("x").size() * taken,
                 "the length of the line afterwards, with its status", kSurplus);
}

TEST_CASE("a line without an end is refused in time") {
    step("a megabyte comes, a piece at each wait, and no end of the line");
    Wire wire = socket_wire();
    LineReader reader(wire.reading);
    Faults faults;
    at_each_wait(
        faults, [&] { put(wire.writing, Text(1000, 'x')); }, 1000);
    if_it_hangs(kNoLimit);
    expect_equal(next_line(reader, 10'000, far()), Text("too_long"), "the result", kNoLimit);
    expect(reader.surplus() < 30'000, "bytes held", "the limit and one read",
           show(reader.surplus()), kNoLimit);
}

TEST_CASE("a connection that breaks in a line") {
    for (const int error : {ECONNRESET, EHOSTUNREACH, EIO, ENOMEM}) {
        step("half a line has come, and the next read fails with errno " + show(error));
        Wire wire = socket_wire();
        LineReader reader(wire.reading);
        put(wire.writing, "half");
        Faults faults;
        faults.shorten(2);
        faults.fail(Call::read, error, 1, 1);
        const bool ours = classify_io_error(error) == IoErrorKind::failure;
        expect_equal(next_line(reader, 100, far()), ours ? "threw " + show(error) : Text("broken"),
                     "the result", ours ? kOurs : kBroken);
    }
}

TEST_CASE("every way to cut lines") {
    step("read 60 conversations line by line; each call gives a few bytes, or is interrupted");
    constexpr std::size_t kLimitHere = 20;
    std::minstd_rand random(10);
    for (int turn = 0; turn < 60; ++turn) {
        Wire wire = socket_wire();
        std::vector<Text> lines(1 + random() % 12);
        Text all;
        for (Text& line : lines) {
            line.resize(random() % kLimitHere);
            for (char& byte : line) byte = "ab\r\0c"[random() % 5];
            if (line.ends_with('\r')) line += 'z';
            all += line + (random() % 2 == 0 ? "\n" : "\r\n");
        }
        put(wire.writing, all);
        wire.writing.reset();
        const Text before = state_of(wire.reading);
        LineReader reader(wire.reading);
        for (const Text& line : lines) {
            Faults faults(static_cast<std::uint64_t>(turn) + 1);
            faults.shorten(static_cast<int>(1 + random() % 30));
            faults.interrupt(Call::read, 3);
            faults.interrupt(Call::poll, 3);
            const Text seen = next_line(reader, kLimitHere, far());
            const bool at_limit = seen == "too_long" && line.size() == kLimitHere;
            expect_equal(seen, "done " + line, "the line",
                         why(seen, "done",
                             seen == "timed_out" ? Causes{kInterrupted, kAgain}
                             : at_limit          ? Causes{kLimit}
                                                 : Causes{kSurplus, kReturn}));
        }
        expect_equal(next_line(reader, kLimitHere, far()), Text("end "), "the result at last",
                     kEnd);
        expect_equal(state_of(wire.reading), before, "the state of descriptor and process",
                     kChanged);
    }
}
