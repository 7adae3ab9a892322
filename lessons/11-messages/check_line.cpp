// Lesson 11: the way of a line that gets out: its level, its form, one write, the errno of whoever
// logs, and what a formatter does.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "daemon/error.hh"
#include "daemon/log_line.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "seen.hh"

using namespace waymark::course::check;
using waymark::daemon::kLongestLine;

namespace {

struct Throws {};         // having overwritten errno
struct ThrowsANumber {};  // which is no std::exception
struct Overwrites {};     // errno, as a formatter that makes calls does
struct Meanwhile {        // has no words, and another thread has logged a line when that is said
    Log& log;
};

constexpr Severity kAll[] = {Severity::emergency, Severity::alert,   Severity::critical,
                             Severity::error,     Severity::warning, Severity::notice,
                             Severity::info,      Severity::debug};

void log_all(Log& log) {
    log.error("a message");
    log.warning("a message");
    log.notice("a message");
    log.info("a message");
    log.debug("a message");
}

// As many as there are in a log that has this level from its start.
std::size_t lines_from_the_start(const Folder& folder, Severity level) {
    const std::string path = folder.at("from the start");
    Log log({.target = LogTarget::file, .path = path, .program = "test", .level = level});
    log_all(log);
    return lines_of(path).size();
}

// What one line writes to stderr.
std::string printed(const LogOptions& options, int& status) {
    waymark::daemon::Pipe pipe = waymark::daemon::make_pipe();
    status = in_a_process([&] {
        ::dup2(pipe.writing.get(), STDERR_FILENO);
        Log log(options);
        log.warning("low {}", "battery");
        return static_cast<int>(log.lost());
    });
    pipe.writing.reset();
    char text[4096];
    const ssize_t length = ::read(pipe.reading.get(), text, sizeof text);
    return {text, static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

}  // namespace

template <>
struct fmt::formatter<Throws> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const Throws&, fmt::format_context& context) const -> decltype(context.out()) {
        errno = EDOM;
        throw std::runtime_error("no words for it");
    }
};
template <>
struct fmt::formatter<ThrowsANumber> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const ThrowsANumber&, fmt::format_context& context) const
        -> decltype(context.out()) {
        throw 5;
    }
};
template <>
struct fmt::formatter<Overwrites> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const Overwrites&, fmt::format_context& context) const {
        errno = EDOM;
        return context.out();
    }
};
template <>
struct fmt::formatter<Meanwhile> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const Meanwhile& value, fmt::format_context& context) const {
        std::jthread([&value] { value.log.info("{}", std::string(1'000, 'b')); });
        return context.out();
    }
};

TEST_CASE("a line has its head and its message and its end") {
    step("make a log in a file, and log one line");
    const Folder folder;
    Log log(to_file(folder));
    log.info("listening on port {}", 5055);
    const std::vector<std::string> lines = lines_of(folder.log());
    expect(!lines.empty(), "lines in the file", "1", "0", kNotWritten);
    expect(contents_of(folder.log()).ends_with('\n'), "the end of the line", "a line end",
           show(contents_of(folder.log())), kHead);
    expect_lines(folder.log(), {"listening on port 5055"}, kHead);
    expect_equal(log.lost(), 0L, "lost()", kNotCounted);
}

TEST_CASE("what is as serious as the level or more is written") {
    for (const Severity level : kAll) {
        step(fmt::format("at level {}, log a line of each severity", name_of(level)));
        const Folder folder;
        Log log(to_file(folder));
        log.set_level(level);
        log_all(log);
        std::vector<std::string> expected;
        for (const Severity severity : {Severity::error, Severity::warning, Severity::notice,
                                        Severity::info, Severity::debug})
            if (static_cast<int>(severity) <= static_cast<int>(level))
                expected.push_back(fmt::format("] {}: a message", name_of(severity)));
        const std::vector<std::string> lines = lines_of(folder.log());
        expect(lines.size() == expected.size(), "lines", show(expected.size()), show(lines.size()),
               lines.empty() && level == Severity::debug                ? kNotWritten
               : lines_from_the_start(folder, level) == expected.size() ? kSetLevel
                                                                        : kLevel);
        for (std::size_t i = 0; i < lines.size(); ++i)
            expect(lines[i].ends_with(expected[i]), "a line", "..." + expected[i], lines[i],
                   kLevel);
        expect_equal(log.lost(), 0L, "lost(): what the level leaves out is not lost", kLevel);
    }
}

TEST_CASE("what a peer says is an argument and no format") {
    step("log a name with braces, percent signs and a line end");
    const Folder folder;
    Log log(to_file(folder));
    log.info("user {}", "{} {0:x} %s %n\nroot[1] info: all is well");
    expect_lines(folder.log(), {"user {} {0:x} %s %n\\x0aroot[1] info: all is well"},
                 log.lost() != 0 ? Causes(kFormat) : Causes{kRaw, kFormat});
    step("log one with a byte 0 in it");
    log.info("user {}", std::string_view("a\0b", 3));
    const std::string line = lines_of(folder.log()).back();
    expect(line.ends_with("user a\\x00b"), "the line", "... user a\\x00b", line, kZeroByte);
}

TEST_CASE("one line is one write") {
    const Folder folder;
    step("log to a file, three lines, and count the writes");
    {
        Log log(to_file(folder));
        const Faults faults;
        for (int i = 0; i < 3; ++i) log.info("line {}", i);
        expect_equal(faults.calls(Call::write), 3, "calls of write(2) and its like", kTwoWrites);
        expect_equal(faults.calls(Call::open), 0, "calls of open(2)", kExtra);
    }
    step("log to a file a line of 100000 letters");
    {
        Log log(to_file(folder));
        const Faults faults;
        log.info("{}", std::string(100'000, 'a'));
        expect_equal(faults.calls(Call::write), 1, "calls of write(2)", kTwoWrites);
    }
    const std::string line = lines_of(folder.log()).back();
    expect(line.size() + 1 == kLongestLine && line.ends_with("a..."), "the longest line",
           fmt::format("{} bytes with its end, of which the last are \"...\"", kLongestLine),
           fmt::format("{} bytes: {}", line.size() + 1, show(line.substr(line.size() - 10))), kCut);
}

TEST_CASE("a line behind a part is no longer than others") {
    step("of a line some bytes get out; log a line of 100000 letters");
    const Folder folder;
    Log log(to_file(folder));
    {
        Faults faults;
        faults.shorten(5);
        faults.fail(Call::write, ENOSPC, 1'000'000, 1);
        log.info("lost");
    }
    log.info("{}", std::string(100'000, 'a'));
    const std::vector<std::string> lines = lines_of(folder.log());
    expect(lines.size() == 3 && lines[0].size() <= 5 && lines[2].ends_with(told(1)), "the lines",
           "a part, the long line, and: " + told(1), show(lines.size()), Causes{kTorn, kHalf});
    const std::size_t bytes = lines[1].size() + 2;
    expect(bytes <= kLongestLine, "bytes of the long line, with the end of the part and its own",
           fmt::format("at most {}", kLongestLine), show(bytes), kTooLong);
}

TEST_CASE("lines of several threads stay whole") {
    step("while a line is put together another thread logs one");
    const Folder folder;
    Log log(to_file(folder));
    log.info("{}{}", std::string(1'000, 'a'), Meanwhile{log});
    expect_lines(folder.log(), {std::string(1'000, 'b'), std::string(1'000, 'a')}, kSharedBuffer);
    step("four threads log a hundred lines each, to one file");
    std::filesystem::resize_file(folder.log(), 0);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&log, i] {
                const std::string text(300, static_cast<char>('a' + i));
                for (int line = 0; line < 100; ++line) log.info("{}", text);
            });
    }
    const std::vector<std::string> lines = lines_of(folder.log());
    expect(lines.size() == 400, "lines", "400", show(lines.size()), kTwoWrites);
    for (const std::string& line : lines) {
        const std::string text = line.substr(line.size() < 300 ? 0 : line.size() - 300);
        expect_line(line, Severity::info, std::string(300, text.back()), kTwoWrites);
    }
}

TEST_CASE("errno is as it was after a line") {
    const Folder folder;
    Log log(to_file(folder));
    for (const int error : {0, ENOSPC, EDOM}) {
        step(fmt::format("errno is {}; log a line, and one whose formatter makes calls", error));
        errno = error;
        log.info("{}", waymark::daemon::error_text(ENOENT));
        expect_equal(errno, error, "errno after a line", kErrnoLeft);
        log.info("overwritten{}", Overwrites{});
        expect_equal(errno, error, "errno after a formatter has set it", kErrnoLeft);
    }
    step("a line that the level leaves out");
    errno = EXDEV;
    log.debug("overwritten{}", Overwrites{});
    expect_equal(errno, EXDEV, "errno", kErrnoLeft);
}

TEST_CASE("errno is as it was after a line that is lost") {
    step("write(2) fails with ENOSPC while errno is EXDEV");
    const Folder folder;
    Log log(to_file(folder));
    {
        Faults faults;
        faults.fail(Call::write, ENOSPC);
        errno = EXDEV;
        log.info("lost");
        expect_equal(errno, EXDEV, "errno", kErrnoLeft);
    }
    step("a formatter throws");
    if_it_crashes(kThrows);
    errno = EXDEV;
    log.info("{}", Throws{});
    expect_equal(errno, EXDEV, "errno", kErrnoLeft);
    step("the system log is not there");
    Log system({.target = LogTarget::syslog, .path = folder.at("nobody"), .program = "test"});
    errno = EXDEV;
    system.info("lost");
    expect_equal(errno, EXDEV, "errno", kErrnoLeft);
}

TEST_CASE("a formatter that throws costs its line and no more") {
    step("log a value that has no words, twice, and then a line");
    const Folder folder;
    Log log(to_file(folder));
    if_it_crashes(kThrows);
    log.info("value: {}", Throws{});
    log.error("value: {}", Throws{});
    expect_equal(log.lost(), 2L, "lost()", kNotCounted);
    expect(contents_of(folder.log()).empty(), "the file", "empty", show(contents_of(folder.log())),
           kExtra);
    log.debug("value: {}", Throws{});
    expect_equal(log.lost(), 2L, "lost(), after a value that the level leaves out", kExtra);
    log.info("next");
    expect_lines(folder.log(), {"next", told(2)}, kNotTold);
    step("the formatter throws a number, which is no std::exception");
    if_it_crashes(kThrows);
    log.info("value: {}", ThrowsANumber{});
    expect_equal(log.lost(), 3L, "lost()", kNotCounted);
}

TEST_CASE("stderr has two forms") {
    int lost = 0;
    step("log to stderr, which is a pipe, with time and head; the program's name has a tab in it");
    const std::string plain = printed({.program = "te\tst"}, lost);
    expect(lost == 0, "lines lost", "0", show(lost), Causes{kNotWritten, kHalf});
    expect(plain.ends_with("] warning: low battery\n") && plain.starts_with("2"), "what stderr got",
           "TIME test[PID] warning: low battery\\n", show(plain),
           plain.empty()           ? kNotWritten
           : plain.ends_with('\n') ? kHead
                                   : kLineEnd);
    expect(plain.find(" te\\x09st[") != plain.npos, "the program's name in it", "te\\x09st",
           show(plain), kHeadAgain);
    step("log to stderr for a service manager");
    const std::string journal = printed({.target = LogTarget::journal}, lost);
    expect(journal == "<4>low battery\n", "what stderr got", show("<4>low battery\n"),
           show(journal),
           journal == "<4>low battery" ? kLineEnd
           : journal.empty()           ? kNowhere
                                       : kHead);
}
