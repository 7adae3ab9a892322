// Lesson 11: the file of a log: how it is opened, and opened again after it was renamed, under the
// same number, also when that fails.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>

#include "daemon/error.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/without_input.hh"
#include "seen.hh"

using namespace waymark::course::check;
namespace fs = std::filesystem;

namespace {

std::string could_not(const Folder& folder, int error) {
    return fmt::format("log: cannot open {} again: {}; going on with the old file", folder.log(),
                       waymark::daemon::error_text(error));
}

void expect_flags(const Log& log, std::string_view when) {
    const int number = log.fd().get();
    const int flags = ::fcntl(number, F_GETFL);
    expect((flags & O_APPEND) != 0, fmt::format("the file {}", when), "with O_APPEND", "without",
           kAppend);
    expect((flags & O_ACCMODE) == O_WRONLY, fmt::format("the file {}", when), "for writing only",
           fmt::format("flags {:o}", flags), kExtra);
    expect((flags & O_NONBLOCK) == 0, fmt::format("the file {}", when), "may wait",
           "with O_NONBLOCK", kNotWaitedFor);
    expect((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0, fmt::format("the descriptor {}", when),
           "close-on-exec", "inherited by every program that is started", kCloexec);
}

// A failure in the file, which has severity error.
void expect_failure_told(const std::string& path, const std::string& message, std::size_t place) {
    const std::vector<std::string> lines = lines_of(path);
    const std::string line = lines.size() > place ? lines[place] : "";
    const std::string begin = message.substr(0, message.find(" again: "));
    const bool is_told = line.find(begin) != line.npos || line.find(" error: ") != line.npos;
    expect(is_told, "the failure", "told in the old file", "not told", kRow);
    expect_line(line, Severity::error, message,
                line.find(begin) != line.npos ? Causes(kReason) : Causes(kRow));
}

void expect_mode(const std::string& path, mode_t mode, std::string_view what) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    expect((status.st_mode & 07777) == mode, what, fmt::format("{:o}", mode),
           fmt::format("{:o}", status.st_mode & 07777), kMode);
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
    return count;
}

}  // namespace

TEST_CASE("a file is opened to be written at its end") {
    step("make a log in a file that is not there");
    const Folder folder;
    const mode_t mask = ::umask(0);
    {
        const Log log(to_file(folder));
        expect_flags(log, "of a new log");
    }
    expect_mode(folder.log(), 0640, "the mode of the file");
    step("make one in another file, where the umask takes all from others and the group");
    ::umask(077);
    { const Log log({.target = LogTarget::file, .path = folder.at("other")}); }
    ::umask(mask);
    expect_mode(folder.at("other"), 0600, "its mode");
    step("make logs in the first file, which has another mode now, and log by turns");
    ::chmod(folder.log().c_str(), 0604);
    Log first(to_file(folder));
    expect_mode(folder.log(), 0604, "the mode of a file that was there");
    first.info("one");
    expect_equal(lines_of(folder.log()).size(), 1U, "lines in the file, when one was logged",
                 Causes{kNotWritten, kLevel});
    Log second(to_file(folder));
    expect_equal(lines_of(folder.log()).size(), 1U, "lines in the file, when it was opened again",
                 kEmptied);
    second.info("two");
    first.info("three");
    expect_lines(folder.log(), {"one", "two", "three"}, kAppend);
    step("the file is cut to nothing, as copytruncate does; log a line");
    fs::resize_file(folder.log(), 0);
    first.info("four");
    expect_lines(folder.log(), {"four"}, kAppend);
    step("make a log at a symbolic link to the file, and log a line");
    fs::create_symlink(folder.log(), folder.at("link"));
    expect_no_throw(
        [&] {
            Log({.target = LogTarget::file, .path = folder.at("link"), .program = "test"})
                .info("five");
        },
        "the log", kExtra);
    expect_lines(folder.log(), {"four", "five"}, kExtra);
}

TEST_CASE("the file is close-on-exec from birth") {
    step("make a log in a file, and reopen it; a kernel that refuses to open without O_CLOEXEC");
    const Folder folder;
    // Other failures are other cases' matter: only this errno counts, thrown or told in the file.
    const int seen = in_a_process([&] {
        if (!refuse_late_close_on_exec()) return 0;
        try {
            Log log(to_file(folder));
            log.reopen();
        } catch (const std::system_error& thrown) {
            return thrown.code().value() == kNotFromBirth ? 1 : 0;
        }
        const std::string reason = waymark::daemon::error_text(kNotFromBirth);
        return contents_of(folder.log()).find(reason) == std::string::npos ? 0 : 1;
    });
    expect(!WIFEXITED(seen) || WEXITSTATUS(seen) != 1, "open(2)", "with O_CLOEXEC",
           "without: a program that is started by another thread before fcntl(2) inherits the file",
           kCloexec);
}

TEST_CASE("a file that cannot be opened is an error of the constructor") {
    step("make a log in a folder that is not there");
    const Folder folder;
    int error = 0;
    try {
        const Log log({.target = LogTarget::file, .path = folder.at("no/log")});
    } catch (const std::system_error& thrown) {
        error = thrown.code().value();
    }
    expect(error == ENOENT, "what is thrown", "std::system_error with ENOENT",
           error == 0 ? "nothing" : waymark::daemon::error_text(error),
           error == 0        ? kExtra
           : error == ENOSYS ? kNotWritten
                             : kReason);
}

TEST_CASE("after a rename the reopened log writes the new file") {
    const Folder folder;
    Log log(to_file(folder));
    const int number = log.fd().get();
    const std::size_t before = open_descriptors();
    log.info("one");
    step("rename the file, and log a line");
    fs::rename(folder.log(), folder.at("log.1"));
    log.info("two");
    step("reopen, and log a line");
    const PlaceCalls calls;
    expect(log.reopen(), "reopen()", "true", "false", kNotWritten);
    expect_equal(log.fd().get(), number, "the number of the descriptor", kNumber);
    expect_flags(log, "after reopen()");
    expect_equal(calls.dup2s(), 0, "calls of dup2(2), and of dup3(2) without O_CLOEXEC", kCloexec);
    log.info("three");
    expect_lines(folder.at("log.1"), {"one", "two"}, kOldFile);
    expect_lines(folder.log(), {"three"}, kOldFile);
    expect(open_descriptors() == before, "open descriptors", show(before), show(open_descriptors()),
           kLeak);
    step("reopen without a rename, cut the file to nothing, and log a line");
    log.reopen();
    log.info("four");
    expect_lines(folder.log(), {"three", "four"}, kReopenLoses);
    fs::resize_file(folder.log(), 0);
    log.info("five");
    expect_lines(folder.log(), {"five"}, kAppend);
    expect_equal(log.lost(), 0L, "lost()", kNotCounted);
    step("the same in a program without standard input: what is opened next has number 0");
    const WithoutInput free_number;
    expect(log.reopen(), "reopen()", "true", "false", kZero);
    Log of_zero(to_file(folder));
    of_zero.info("six");
    expect_lines(folder.log(), {"five", "six"}, kZero);
}

TEST_CASE("a reopen that fails keeps the old file") {
    const Folder folder;
    for (const int error : {EACCES, EMFILE, ENOENT, EISDIR}) {
        step(fmt::format("open(2) gives {}: reopen, twice, and log",
                         waymark::daemon::error_text(error)));
        fs::remove(folder.log());
        Log log(to_file(folder));
        const std::size_t before = open_descriptors();
        const int number = log.fd().get();
        {
            Faults faults;
            faults.fail(Call::open, error, 2);
            errno = EDOM;
            expect(!log.reopen(), "reopen()", "false", "true", kReopenLoses);
            expect(!log.reopen(), "reopen()", "false", "true", kReopenLoses);
        }
        log.info("still here");
        expect_equal(log.fd().get(), number, "the number of the descriptor", kReopenLoses);
        const std::vector<std::string> lines = lines_of(folder.log());
        expect(!lines.empty() && lines.back().ends_with("] info: still here"), "the old file",
               "is written on", show(contents_of(folder.log())), kReopenLoses);
        expect_failure_told(folder.log(), could_not(folder, error), 0);
        expect(lines.size() == 2, "lines", "2: the first failure, and the line", show(lines.size()),
               kRow);
        expect_equal(open_descriptors(), before, "open descriptors", kLeak);
    }
}

TEST_CASE("each row of failures is told once") {
    const Folder folder;
    Log log(to_file(folder));
    for (int row = 0; row < 2; ++row) {
        step("open(2) fails three times");
        Faults faults;
        faults.fail(Call::open, EACCES, 3);
        for (int i = 0; i < 3; ++i) log.reopen();
        expect(lines_of(folder.log()).size() == static_cast<std::size_t>(row) + 1,
               "lines about a failed reopen", show(row + 1), show(lines_of(folder.log()).size()),
               kRow);
        step("a reopen goes well");
        expect(log.reopen(), "reopen()", "true", "false", kRow);
    }
}

TEST_CASE("a number that cannot be taken keeps the old file") {
    step("rename the file; dup3(2) gives EBUSY");
    const Folder folder;
    Log log(to_file(folder));
    fs::rename(folder.log(), folder.at("log.1"));
    const std::size_t before = open_descriptors();
    {
        PlaceCalls calls;
        calls.fail_dup3(EBUSY);
        const bool reopened = log.reopen();
        expect(calls.dup3s() > 0, "the number of the file", "taken over in one step: dup3(2)",
               "in another way", kNumber);
        expect(!reopened, "reopen()", "false", "true", kUnread);
    }
    log.info("still here");
    expect_failure_told(folder.at("log.1"), could_not(folder, EBUSY), 0);
    expect(lines_of(folder.at("log.1")).size() == 2, "lines in the old file", "2",
           show(contents_of(folder.at("log.1"))), kReopenLoses);
    expect_equal(open_descriptors(), before, "open descriptors", kLeak);
}

TEST_CASE("a rotation under load loses and tears no line") {
    step("a thread logs without a pause; rename and reopen twenty times");
    const Folder folder;
    Log log(to_file(folder));
    std::atomic<bool> stop = false;
    std::size_t written = 0;
    {
        std::jthread writer([&] {
            for (; !stop && written < 50'000; ++written) log.info("line");
        });
        for (int i = 0; i < 20; ++i) {
            fs::rename(folder.log(), folder.at(fmt::format("log.{}", i)));
            if (!log.reopen()) break;
        }
        stop = true;
    }
    std::size_t found = 0;
    for (int i = -1; i < 20; ++i) {
        const std::string path = i == -1 ? folder.log() : folder.at(fmt::format("log.{}", i));
        for (const std::string& line : lines_of(path)) {
            expect_line(line, Severity::info, "line", kTwoWrites);
            ++found;
        }
    }
    expect_equal(found, written, "lines in all files", kNumber);
}

TEST_CASE("a log that is no file has nothing to reopen") {
    const Folder folder;
    for (const LogOptions& options :
         {to_syslog(folder), LogOptions{}, LogOptions{LogTarget::journal}}) {
        step("reopen a log to stderr, to the journal, or to the system log");
        Log log(options);
        const int number = log.fd().get();
        const Faults faults;
        const PlaceCalls calls;
        expect(log.reopen(), "reopen()", "true", "false", kNoFile);
        expect_equal(faults.calls(Call::open) + calls.dup3s(), 0,
                     "calls that open or take a number", kNoFile);
        expect_equal(calls.connects(), 0, "calls that connect", kExtra);
        expect_equal(log.fd().get(), number, "the number of the descriptor", kExtra);
    }
}
