#include "net/spin_check.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "net/event_loop.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// Is told that its pipe has a byte, and leaves it there.
struct Idler final : EventLoop::Watcher {
    bool on_ready(std::uint32_t) override {
        ++told;
        return false;
    }
    int told = 0;
};

// Takes a byte each time, of many.
struct Reader final : EventLoop::Watcher {
    explicit Reader(const Fd& its_pipe) : pipe(its_pipe) {}
    bool on_ready(std::uint32_t) override {
        char byte = 0;
        return ::read(pipe.get(), &byte, 1) == 1;
    }
    const Fd& pipe;
};

void put(const Fd& fd, std::size_t count) {
    const std::string bytes(count, 'x');
    REQUIRE(::write(fd.get(), bytes.data(), count) == static_cast<ssize_t>(count));
}

// What the loop says when it has found one, or "" after so many rounds.
std::string complaint_of(EventLoop& loop, int rounds) {
    try {
        while (rounds-- > 0) loop.run_once(Deadline::after(1ms));
    } catch (const std::logic_error& error) {
        return error.what();
    }
    return "";
}

constexpr int kEnough = SpinCheck::kMostInVain + 2;

}  // namespace

TEST_CASE("a descriptor that is ready for ever while nobody takes anything is named") {
    EventLoop loop;
    const Pipe pipe = make_pipe();
    Idler idler;
    loop.add(pipe.reading, EPOLLIN, idler);
    put(pipe.writing, 1);
    const std::string complaint = complaint_of(loop, kEnough);
    CHECK(idler.told == SpinCheck::kMostInVain);
    CHECK(complaint.find("descriptor " + std::to_string(pipe.reading.get()) + " (pipe:[") !=
          std::string::npos);
    CHECK(complaint.find("Idler took nothing") != std::string::npos);
}

TEST_CASE("room that nobody has a use for any more is named as well") {
    EventLoop loop;
    const Pipe pipe = make_pipe();
    Idler idler;
    loop.add(pipe.writing, EPOLLOUT, idler);
    const std::string complaint = complaint_of(loop, kEnough);
    CHECK(complaint.find("descriptor " + std::to_string(pipe.writing.get()) + " ") !=
          std::string::npos);
}

TEST_CASE("a busy reader is not suspected, also beside one that spins") {
    EventLoop loop;
    const Pipe busy = make_pipe();
    const Pipe idle = make_pipe();
    set_nonblocking(busy.writing, true);  // a failing test leaves bytes behind, and must not wait
    Reader reader(busy.reading);
    loop.add(busy.reading, EPOLLIN, reader);
    constexpr std::size_t kBytes = 50'000;
    std::string complaint;
    for (int i = 0; i < 3; ++i) {
        put(busy.writing, kBytes);
        complaint += complaint_of(loop, kBytes);
    }
    CHECK(complaint.empty());

    Idler idler;
    loop.add(idle.reading, EPOLLIN, idler);
    put(idle.writing, 1);
    put(busy.writing, kBytes);
    complaint = complaint_of(loop, kEnough);
    CHECK(complaint.find("Idler") != std::string::npos);
    CHECK(complaint.find("Reader") == std::string::npos);
}

TEST_CASE("what is ready in vain now and then is no spin") {
    SpinCheck check;
    const int watcher = 0;
    const int other = 0;
    for (int i = 0; i < kEnough; ++i) {
        check.round_begins();
        check.told(&watcher, false);
        if (i % 1000 == 0) check.told(&watcher, true);
    }
    CHECK_FALSE(check.has_spun(&watcher));
    for (int i = 0; i < 2 * kEnough; ++i) {
        check.round_begins();
        if (i % 1000 != 0) check.told(&watcher, false);
    }
    CHECK_FALSE(check.has_spun(&watcher));
    for (int i = 0; i < kEnough; ++i) {
        check.round_begins();
        check.told(&watcher, false);
        check.told(&other, false);
        if (i % 1000 == 0) check.removed(&watcher);
    }
    CHECK_FALSE(check.has_spun(&watcher));
}
