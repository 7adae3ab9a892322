// Lines, in lesson 08, held against a model that has the whole stream in front of it: what a reader
// gives does not depend on how the bytes were cut on their way. And memory that runs out.

#include <doctest/doctest.h>

#include <random>

#include "net/line_reader.hh"
#include "net/memory_under_test.hh"
#include "wire.hh"

using namespace waymark::course::check;
using namespace waymark::net;

namespace {

using Text = std::string;

// What was told of a line, a message or some bytes: "done 2 'ab'".
Text in_words(const Text& result, const Text& bytes) {
    const bool has_bytes = result.starts_with("done") || result.starts_with("end");
    return has_bytes ? result + " " + show(bytes) : result.substr(0, result.find(' '));
}

// What is right for a stream of which all that will ever come is known.
struct Model {
    Text rest;

    Text take(const char* status, std::size_t size, std::size_t with_end) {
        const Text bytes = rest.substr(0, size);
        rest.erase(0, with_end);
        return in_words(Text(status) + " " + show(size), bytes);
    }
    static std::size_t without_return(const Text& text) {
        return text.ends_with('\r') ? text.size() - 1 : text.size();
    }
    // Empty where the contract leaves it open: a rest of one byte more than the limit, a "\r".
    Text line(std::size_t limit, bool ended) {
        const std::size_t end = rest.find('\n');
        const std::size_t size = without_return(rest.substr(0, end));
        if (size > limit) return "too_long";
        if (end != rest.npos) return take("done", size, end + 1);
        if (!ended) return "timed_out";
        if (rest.size() > limit) return "";
        return take("end", rest.size(), rest.size());
    }
    Text exactly(std::size_t size) {
        const bool whole = rest.size() >= size;
        const std::size_t count = whole ? size : rest.size();
        return take(whole ? "done" : "end", count, count);
    }
};

Causes causes_of_line(const Text& stream, const Text& seen, const Text& expected) {
    const bool has_return = stream.find('\r') != stream.npos;
    if (expected == "too_long" || seen == "too_long") return has_return ? kReturn : kLimit;
    if (expected.starts_with("end") && seen.starts_with("end") && has_return)
        return {kReturn, kTwice};
    return {kSurplus, kReturn};
}

}  // namespace

TEST_CASE("a rest without its end is given as it is and once") {
    for (const Text rest : {"abc", "abc\r", "\r", "a\rb", "ab\r\r"}) {
        step("the stream ends with " + show(rest) + ", and no line feed");
        Wire wire = socket_wire();
        put(wire.writing, "x\n" + rest);
        wire.writing.reset();
        LineReader reader(wire.reading);
        Text line;
        const auto next = [&] {
            const Text result = told([&] { return reader.read_line(line, 10, far()); });
            return in_words(result, line);
        };
        expect_equal(next(), in_words("done 1", "x"), "the first line", kOneRead);
        const Text seen = next();
        expect_equal(
            seen, in_words("end " + show(rest.size()), rest), "the rest",
            rest.ends_with('\r') && seen.starts_with("end") ? Causes(kReturn) : Causes(kEnd));
        for (const char* time : {"once more", "and again"}) {
            step(Text("read ") + time);
            expect_equal(next(), in_words("end 0", ""), "the result", kTwice);
        }
    }
}

TEST_CASE("a longest line may come in two reads") {
    for (const Text line : {"12345\n", "12345\r\n", "1234\r\r\n", "123456\n", "12345\r\r\n", "\n"})
        for (std::size_t cut = 1; cut < line.size(); ++cut) {
            step("a limit of 5; first comes " + show(line.substr(0, cut)) + ", then " +
                 show(line.substr(cut)));
            Wire wire = socket_wire();
            Model model;
            LineReader reader(wire.reading);
            for (const Text& part : {line.substr(0, cut), line.substr(cut)}) {
                put(wire.writing, part);
                model.rest += part;
                Text got;
                const Text result = told([&] { return reader.read_line(got, 5, over()); });
                const Text seen = in_words(result, got);
                const Text expected = model.line(5, false);
                expect_equal(seen, expected, "the result, with a deadline that has come",
                             causes_of_line(line, seen, expected));
                if (expected == "too_long") break;
            }
        }
}

TEST_CASE("a line longer than a read is a line") {
    for (const std::size_t size : {4094U, 4095U, 4096U, 4097U, 8191U, 8192U, 8193U, 20'000U})
        for (const Text end : {"\n", "\r\n"})
            for (const std::size_t limit : {size, size - 1}) {
                step("a line of " + show(size) + " bytes and " + show(end) + ", a limit of " +
                     show(limit) + ", and another line behind it");
                Wire wire = socket_wire();
                put(wire.writing, Text(size, 'x') + end + "next\n");
                LineReader reader(wire.reading);
                Text line;
                const Text seen = told([&] { return reader.read_line(line, limit, far()); });
                if (limit < size) {
                    expect(seen.starts_with("too_long"), "the result", "too_long", seen, kLimit);
                    continue;
                }
                expect_equal(seen, "done " + show(size), "the result", {kOneRead, kReturn, kLimit});
                expect(line == Text(size, 'x'), "the line", "as it was sent", "other bytes",
                       kSurplus);
                expect_equal(told([&] { return reader.read_line(line, limit, over()); }),
                             Text("done 4"), "the next one", kSurplus);
            }
}

TEST_CASE("a stream is the same however it comes") {
    step(
        "read 600 streams of a few letters, \\r, \\n and \\0, that come in pieces, by lines and by "
        "lengths");
    if_it_hangs(kSurplus);
    std::minstd_rand random(11);
    for (int turn = 0; turn < 600; ++turn) {
        Text all(random() % 12, ' ');
        for (char& byte : all) byte = "ab\r\r\n\n\0"[random() % 7];
        Wire wire = socket_wire();
        LineReader reader(wire.reading);
        Model model;
        std::size_t sent = 0;
        bool ended = false;
        const auto send_more = [&] {
            if (ended || has_unread(wire.reading)) return;
            const Text piece = all.substr(sent, 1 + random() % 4);
            if (piece.empty()) {
                wire.writing.reset();
                ended = true;
            } else {
                put(wire.writing, piece);
                sent += piece.size();
                model.rest += piece;
            }
        };
        for (int act = 0; act < 16 && !(ended && model.rest.empty()); ++act) {
            const std::size_t limit = random() % 5;
            const bool is_late = random() % 3 == 0;
            const bool by_length = random() % 4 == 0;
            const std::size_t size = random() % 4;
            Buffer buffer(size);
            Text line, seen;
            if (is_late && random() % 2 == 0) send_more();
            if (by_length && model.rest.size() >= size) {
                seen = told([&] { return reader.read_exactly(buffer.span(), far()); });
                expect_equal(in_words(seen, buffer.text()), model.exactly(size),
                             "of " + show(all) + ", a message of " + show(size),
                             {kSurplus, kReturn});
                continue;
            }
            {
                Faults faults;
                if (!is_late) at_each_wait(faults, send_more, 40);
                seen =
                    told([&] { return reader.read_line(line, limit, is_late ? over() : far()); });
            }
            const Text expected = model.line(limit, ended);
            if (expected.empty()) break;
            const Text words = in_words(seen, line);
            expect_equal(
                words, expected, "of " + show(all) + ", a line of at most " + show(limit),
                words == "timed_out" ? Causes(kAsksOnce) : causes_of_line(all, words, expected));
            if (expected == "too_long") break;
        }
    }
}

TEST_CASE("memory that runs out loses nothing") {
    const Text first(60, 'a'), second(70, 'b'), rest(80, 'c');
    step("a line, a line and a rest come; at each place in turn there is no memory, then there is");
    waymark::net::scarcity::at_each_allocation([&](waymark::net::scarcity::Shortage& shortage) {
        Wire wire = socket_wire();
        put(wire.writing, first + "\n" + second + "\r\n" + rest);
        wire.writing.reset();
        LineReader reader(wire.reading);
        for (const Text& expected : {first, second, rest}) {
            Text line;
            IoResult result{IoStatus::broken, 0};
            bool threw_another = false;
            const bool was_whole = shortage.during([&] {
                try {
                    result = reader.read_line(line, 1000, over());
                } catch (const std::bad_alloc&) {
                    throw;
                } catch (...) {
                    threw_another = true;
                }
            });
            expect(!threw_another, "read_line without memory", "throws std::bad_alloc",
                   "throws another exception", kMemory);
            if (!was_whole) result = reader.read_line(line, 1000, over());
            const Text seen = in_words(name_of(result.status) + " " + show(result.count), line);
            const char* const status = expected == rest ? "end " : "done ";
            expect_equal(seen, in_words(status + show(expected.size()), expected),
                         was_whole ? "the line" : "the next call, with memory again", kMemory);
        }
    });
}
