// Lesson 11: the system log, with one of the check's own in its place: it is there or not, it reads
// or not, and nobody waits for it.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "daemon/error.hh"
#include "lessons/course/check/faults.hh"
#include "seen.hh"

using namespace waymark::course::check;

namespace {

void expect_datagram(SystemLog& system, int priority, const std::string& message,
                     const Causes& causes) {
    const std::string seen = system.next();
    const std::string begin = fmt::format("<{}>", priority);
    const std::string end = fmt::format(" test[{}]: {}", ::getpid(), message);
    expect(seen != "(nothing)", "the next datagram", show(begin + "TIME" + end), "none", causes);
    expect(seen.starts_with(begin) && seen.ends_with(end) &&
               seen.size() == begin.size() + 15 + end.size(),
           "the next datagram", show(begin + "TIME" + end), show(seen),
           seen.starts_with('\n')         ? Causes(kNoPart)
           : seen.ends_with('\n')         ? Causes(kLineEnd)
           : seen.find('\n') != seen.npos ? Causes(kRaw)
                                          : causes);
}

void expect_nothing(SystemLog& system, const Causes& causes) {
    const std::string seen = system.next();
    expect(seen == "(nothing)", "another datagram", "none", show(seen), causes);
}

constexpr int kWarning = 28;  // facility daemon: 3 * 8, and the severity
constexpr int kInfo = 30;

}  // namespace

TEST_CASE("a line to the system log is one datagram") {
    step("log a line with a line end in it");
    const Folder folder;
    SystemLog system(folder);
    Log log(to_syslog(folder));
    {
        const PlaceCalls calls;
        log.warning("low\nbattery");
        // Who has connected and sends no more has written something.
        const Causes silent =
            calls.connects() > 0 ? Causes(kNotFoundAgain) : Causes{kNotWritten, kNotFoundAgain};
        expect_datagram(system, kWarning, "low\\x0abattery", silent);
    }
    expect_nothing(system, kTwoWrites);
    step("log a second one, and count the calls");
    const Faults faults;
    const PlaceCalls calls;
    log.info("two");
    expect_equal(faults.calls(Call::write), 1, "calls of send(2) and its like", kTwoWrites);
    expect_equal(calls.connects(), 0, "calls of connect(2) while all is well", kReconnects);
    expect_datagram(system, kInfo, "two", kNotFoundAgain);
    expect_equal(log.lost(), 0L, "lost()", kNotCounted);
}

TEST_CASE("a system log that comes later is found") {
    step("log two lines while nobody is there");
    const Folder folder;
    Log log(to_syslog(folder));
    log.info("nobody");
    log.info("nobody");
    expect_equal(log.lost(), 2L, "lost()", kNotCounted);
    step("it comes: log a line");
    SystemLog system(folder);
    log.info("one");
    expect_datagram(system, kInfo, "one", Causes{kNotFoundAgain, kNotWritten});
    expect_datagram(system, kWarning, told(2), kNotTold);
    expect_nothing(system, kMistold);
}

TEST_CASE("a system log that was started anew is found again") {
    const Folder folder;
    Log log(to_syslog(folder));
    std::optional<SystemLog> system(std::in_place, folder);
    log.info("one");
    expect_datagram(*system, kInfo, "one", Causes{kNotFoundAgain, kNotWritten});
    step("it ends, and a new one has a new socket at the path; log two lines");
    const int number = log.fd().get();
    system.reset();
    system.emplace(folder);
    const PlaceCalls calls;
    log.info("two");
    log.info("three");
    expect_datagram(*system, kInfo, "two", kNotFoundAgain);
    expect_datagram(*system, kInfo, "three", kNotFoundAgain);
    expect_nothing(*system, kMistold);
    expect_equal(log.lost(), 0L, "lost()", kNotFoundAgain);
    expect_equal(calls.connects(), 1, "calls of connect(2)", kReconnects);
    expect_equal(log.fd().get(), number, "the number of the socket", kOtherSocket);
}

TEST_CASE("a system log that does not read keeps nobody waiting") {
    const Folder folder;
    SystemLog system(folder);
    Log log(to_syslog(folder));
    log.info("line");
    step("log until its queue is full, and fifty lines more");
    if_it_hangs(kWaits);
    int sent = 1;
    while (log.lost() == 0 && sent < 100'000) {
        log.info("line");
        ++sent;
    }
    const long first = log.lost();
    expect(first == 1, "lost(), when the queue is full", "1", show(first), kNotCounted);
    --sent;
    {
        const Faults faults;
        const PlaceCalls calls;
        for (int i = 0; i < 50; ++i) {
            errno = EXDEV;
            log.info("line");
            expect_equal(errno, EXDEV, "errno", kErrnoLeft);
        }
        expect_equal(faults.calls(Call::poll) + faults.calls(Call::pause), 0,
                     "calls that wait: poll, select, sleep", kWaits);
        expect_equal(calls.connects(), 0, "calls of connect(2)", kReconnects);
        expect_equal(faults.calls(Call::write), 50, "calls of send(2)", kReconnects);
    }
    expect_equal(log.lost(), 51L, "lost()", kNotCounted);
    step("it reads all of it; log a line");
    for (int i = 0; i < sent; ++i) expect_datagram(system, kInfo, "line", kNotCounted);
    expect_nothing(system, kExtra);
    log.info("next");
    expect_datagram(system, kInfo, "next", kNotFoundAgain);
    expect_datagram(system, kWarning, told(51), kNotTold);
}

TEST_CASE("a queue without memory is no reason to connect") {
    for (const int error : {EAGAIN, ENOBUFS}) {
        step("send(2) gives " + waymark::daemon::error_text(error));
        const Folder folder;
        const SystemLog system(folder);
        Log log(to_syslog(folder));
        log.info("one");
        Faults faults;
        const PlaceCalls calls;
        faults.fail(Call::write, error);
        log.info("lost");
        expect_equal(calls.connects(), 0, "calls of connect(2)", kReconnects);
        expect_equal(log.lost(), 1L, "lost()", kReconnects);
    }
}

TEST_CASE("after any other failure it is connected to once more") {
    for (const int error : {ECONNREFUSED, ENOTCONN, ECONNRESET, EPIPE, EDESTADDRREQ}) {
        step("send(2) gives " + waymark::daemon::error_text(error));
        const Folder folder;
        SystemLog system(folder);
        Log log(to_syslog(folder));
        log.info("one");
        system.next();
        {
            Faults faults;
            const PlaceCalls calls;
            faults.fail(Call::write, error);
            log.info("two");
            // Those before this one went well.
            const Advice& cause = error == ECONNREFUSED ? kNotFoundAgain : kSomeReasons;
            expect_equal(calls.connects(), 1, "calls of connect(2)", cause);
            expect_equal(faults.calls(Call::write), 2, "calls of send(2)", cause);
        }
        expect_datagram(system, kInfo, "two", kNotFoundAgain);
        step("send(2) goes on giving that");
        Faults faults;
        const PlaceCalls calls;
        if_it_hangs(kWaits);
        faults.fail(Call::write, error, 100);
        log.info("lost");
        expect(calls.connects() == 1 && faults.calls(Call::write) == 2, "calls",
               "connect(2) once, send(2) twice",
               fmt::format("{} and {}", calls.connects(), faults.calls(Call::write)),
               calls.connects() > 1 || faults.calls(Call::write) > 2 ? kTriedOn : kNotFoundAgain);
        expect_equal(log.lost(), 1L, "lost()", kNotCounted);
    }
}

TEST_CASE("a long line to the system log is one datagram") {
    step("log 100000 letters");
    const Folder folder;
    SystemLog system(folder);
    Log log(to_syslog(folder));
    log.info("{}", std::string(100'000, 'a'));
    const std::string seen = system.next();
    expect(seen.size() == 4095 && seen.ends_with("a..."), "the datagram",
           "4095 bytes, of which the last are \"...\"", fmt::format("{} bytes", seen.size()), kCut);
    expect_nothing(system, kTwoWrites);
}
