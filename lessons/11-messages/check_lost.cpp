// Lesson 11: lines that do not get out. What is lost is counted, and told of, once; nobody is
// killed for it. Lines of which a part gets out are in check_part.cpp.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "seen.hh"

using namespace waymark::course::check;

namespace {

void expect_survived(int status, int lost) {
    expect(!WIFSIGNALED(status), "the process", "lives on", in_words(status), kSignal);
    expect(WEXITSTATUS(status) == lost, "lost()", fmt::format("{} lines lost", lost),
           in_words(status), kNotCounted);
}

}  // namespace

TEST_CASE("lost lines are counted and told of behind the next line") {
    const Folder folder;
    Log log(to_file(folder));
    std::vector<std::string> expected;
    for (const int lost : {1, 3}) {
        step(fmt::format("write(2) fails {} times with ENOSPC: the disk is full", lost));
        {
            Faults faults;
            faults.fail(Call::write, ENOSPC, lost);
            for (int i = 0; i < lost; ++i) log.info("lost");
        }
        expect_equal(log.lost(), lost == 1 ? 1L : 4L, "lost()", kNotCounted);
        if (lost == 3) {
            step("reopen the file, which is there as before");
            log.reopen();
        }
        step("there is room again: log a line, and one more");
        log.info("next");
        log.info("one more");
        expected.insert(expected.end(), {"next", told(lost), "one more"});
        expect_lines(folder.log(), expected, Causes{kNotTold, kMistold});
    }
    expect_equal(log.lost(), 4L, "lost(), which counts since the start", kNotCounted);
}

TEST_CASE("at every level it is told that lines were lost") {
    step("at level error a line is lost; log another one");
    const Folder folder;
    Log log(to_file(folder, Severity::error));
    {
        Faults faults;
        faults.fail(Call::write, EIO);
        log.error("lost");
    }
    log.warning("left out");
    log.error("next");
    const std::vector<std::string> lines = lines_of(folder.log());
    expect(lines.size() == 2, "lines", "2: the next one, and what was lost", show(lines.size()),
           kNotTold);
    expect_line(lines[0], Severity::error, "next", kNotTold);
    expect_line(lines[1], Severity::warning, told(1), kNotTold);
}

TEST_CASE("a number that could not be told goes into the next one") {
    step("a line is lost; the next one gets out, and the line about the lost one does not");
    const Folder folder;
    Log log(to_file(folder));
    {
        Faults faults;
        faults.fail(Call::write, ENOSPC);
        log.info("lost");
    }
    {
        Faults faults;
        faults.fail(Call::write, ENOSPC, 1, 1);
        log.info("one");
        expect_equal(faults.calls(Call::write), 2, "calls of write(2)", kNotTold);
    }
    expect_equal(log.lost(), 1L, "lost(): lines of the caller",
                 log.lost() > 1 ? kReportCounted : kNotCounted);
    step("log another line");
    log.info("two");
    log.info("three");
    expect_lines(folder.log(), {"one", "two", told(1), "three"}, kMistold);
}

TEST_CASE("a line lost while others are told of is told of next") {
    const Folder folder;
    Log log(to_file(folder));
    step("a line is lost; while its number is written another thread loses one");
    log.info("{}", Unspeakable{});
    {
        Faults faults;
        faults.before(Call::write, [&] {                                         // the line
            faults.before(Call::write, [&] { log.info("{}", Unspeakable{}); });  // the number
        });
        log.info("one");
    }
    step("log a line");
    log.info("two");
    log.info("three");
    expect_lines(folder.log(), {"one", told(1), "two", told(1), "three"}, kMistold);
    expect_equal(log.lost(), 2L, "lost()", kNotCounted);
}

TEST_CASE("a line lost while others cannot be told of is told of as well") {
    const Folder folder;
    Log log(to_file(folder));
    step("a line is lost; its number cannot be written, and another thread loses a line meanwhile");
    log.info("{}", Unspeakable{});
    {
        Faults faults;
        faults.fail(Call::write, ENOSPC, 1, 1);
        faults.before(Call::write, [&] {                                         // the line
            faults.before(Call::write, [&] { log.info("{}", Unspeakable{}); });  // the number
        });
        log.info("one");
    }
    step("log a line");
    log.info("two");
    expect_lines(folder.log(), {"one", "two", told(2)}, kMistold);
    expect_equal(log.lost(), 2L, "lost()", kNotCounted);
}

TEST_CASE("two threads do not tell of the same line") {
    const Folder folder;
    Log log(to_file(folder));
    step("a line is lost; while its number is written another thread logs a line");
    log.info("{}", Unspeakable{});
    {
        Faults faults;
        faults.before(Call::write,
                      [&] { faults.before(Call::write, [&] { log.info("between"); }); });
        log.info("one");
    }
    expect_lines(folder.log(), {"one", "between", told(1)}, kMistold);
}

TEST_CASE("a reader of stderr that has gone kills nobody") {
    step("stderr is a pipe without a reader; log a line");
    const int status = in_a_process([] {
        ::signal(SIGPIPE, SIG_DFL);
        waymark::daemon::Pipe pipe = waymark::daemon::make_pipe();
        ::dup2(pipe.writing.get(), STDERR_FILENO);
        pipe.reading.reset();
        Log log({.program = "test"});
        log.error("who hears me?");
        sigset_t pending;
        ::sigpending(&pending);
        return ::sigismember(&pending, SIGPIPE) == 1 ? 100 : static_cast<int>(log.lost());
    });
    expect_survived(status, 1);
}

TEST_CASE("a file that may not grow kills nobody") {
    step("the longest size of a file is reached; log two lines; then there is room");
    const Folder folder;
    const int status = in_a_process([&] {
        ::signal(SIGXFSZ, SIG_DFL);
        Log log(to_file(folder));
        room_for(0);
        log.info("lost");
        log.info("lost");
        room_for(RLIM_INFINITY);
        log.info("next");
        return static_cast<int>(log.lost());
    });
    expect_survived(status, 2);
    const std::vector<std::string> lines = lines_of(folder.log());
    expect(lines.size() == 2 && lines[0].ends_with("info: next") &&
               lines[1].ends_with("warning: " + told(2)),
           "the file", "the next line, and: " + told(2), show(contents_of(folder.log())), kNotTold);
}

TEST_CASE("what SIGPIPE does is left to the program") {
    step("log a line to a file, and look at the signals");
    const Folder folder;
    struct sigaction before {};
    struct sigaction after {};
    ::sigaction(SIGPIPE, nullptr, &before);
    Log log(to_file(folder));
    log.info("one");
    log.reopen();
    ::sigaction(SIGPIPE, nullptr, &after);
    expect(before.sa_handler == after.sa_handler, "what SIGPIPE does", "as before", "changed",
           kExtra);
}
