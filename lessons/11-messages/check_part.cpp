// Lesson 11: lines that are written in parts, or of which only a part gets out: short writes,
// interruptions, a file that may not grow.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "seen.hh"

using namespace waymark::course::check;

namespace {

enum class Way { file, standard_error, reopened };

// The first lines are lost in a file that may have ten bytes: a part of the first, and nothing of
// those behind it.
void tear(int lines, Way way = Way::file) {
    constexpr int kMoreWrites = 100;
    const bool to_stderr = way == Way::standard_error;
    const Advice& glued = way == Way::reopened ? kPartForgotten : kTorn;
    step(fmt::format(
        "{} lines are logged to a file{} that may have 10 bytes, and then there is room{}", lines,
        to_stderr ? ", which is stderr," : "",
        way == Way::reopened ? "; the file is opened again, and is the same" : ""));
    const Folder folder;
    const int status = in_a_process([&] {
        if (to_stderr) {
            const Fd file(::open(folder.log().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
            ::dup2(file.get(), STDERR_FILENO);
        }
        Log log(to_stderr ? LogOptions{.program = "test"} : to_file(folder));
        room_for(10);
        for (int i = 0; i < lines; ++i) log.info("lost");
        room_for(RLIM_INFINITY);
        if (way == Way::reopened) log.reopen();
        const Faults faults;
        log.info("next");
        const int writes = faults.calls(Call::write);
        log.info("one more");
        return writes > 2 ? kMoreWrites + writes : static_cast<int>(log.lost());
    });
    expect(!WIFSIGNALED(status), "the process", "lives on", in_words(status), kSignal);
    expect(WEXITSTATUS(status) < kMoreWrites,
           "calls of write(2), for the next line and for the lost", "2",
           show(WEXITSTATUS(status) - kMoreWrites), kTwoWrites);
    const std::vector<std::string> seen = lines_of(folder.log());
    expect(WEXITSTATUS(status) == lines, "lost()", fmt::format("{} lines lost", lines),
           in_words(status), Causes{kHalf, kNotCounted});
    expect(!seen.empty() && seen[0].size() == 10, "the first line of the file", "the part, alone",
           show(seen.empty() ? "" : seen[0]), glued);
    expect(seen.size() == 4 && seen[1].ends_with("] info: next") &&
               seen[2].ends_with("] warning: " + told(lines)) &&
               seen[3].ends_with("] info: one more"),
           "the lines behind it", "next, what was lost, one more",
           show(contents_of(folder.log()).substr(0, 400)), glued);
}

}  // namespace

TEST_CASE("a write in several parts is a whole line") {
    step("write(2) takes 7 bytes at most, and a line is logged");
    const Folder folder;
    Log log(to_file(folder));
    {
        Faults faults;
        faults.shorten(7);
        log.info("a line that is longer than that");
        log.info("another one");
    }
    expect_lines(folder.log(), {"a line that is longer than that", "another one"}, kHalf);
    expect_equal(log.lost(), 0L, "lost()", kHalf);
}

TEST_CASE("a signal in the middle of a write loses nothing") {
    step("write(2) is interrupted each time, and three lines are logged");
    const Folder folder;
    Log log(to_file(folder));
    {
        Faults faults;
        faults.interrupt(Call::write, 1);
        for (int i = 0; i < 3; ++i) log.info("line");
    }
    expect_lines(folder.log(), {"line", "line", "line"}, kInterrupted);
    expect_equal(log.lost(), 0L, "lost()", kInterrupted);
}

TEST_CASE("a part of a line gets an end before the next line") {
    tear(1);
    tear(1, Way::reopened);
}

TEST_CASE("a part of a line gets an end before the next line on stderr") {
    tear(1, Way::standard_error);
}

TEST_CASE("a part gets its end also when lines between were lost as a whole") {
    tear(3);
}
