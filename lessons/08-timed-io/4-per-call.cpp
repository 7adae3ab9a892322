// Wrong: each read has a time-out of its own. A peer that sends a byte before each one ends is
// never too late, and a message of 20 bytes may take 20 time-outs. Then the same peer against one
// deadline for the message.
//
// The peer is a timer of this process whose handler writes the byte. So the byte stands there
// before the wait is over, also on a busy machine: the kernel has raised the signal first.
//
// Look at: no single wait was longer than the time-out, and still the first reader waits on.

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "lessons/course/end_step.hh"
#include "net/timed_io.hh"

namespace {

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

constexpr std::size_t kMessage = 20;
constexpr auto kTimeOut = 1s;

//#region per-call
std::size_t read_with_time_outs(const Fd& fd) {
    std::array<std::byte, kMessage> message;
    std::size_t count = 0;
    while (count < message.size()) {
        pollfd waiting{fd.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, 1000);  // a second, each time  //@ 1
        if (ready == -1 && errno == EINTR) continue;
        if (ready != 1) break;
        const ssize_t got = ::read(fd.get(), &message[count], message.size() - count);
        if (got <= 0) break;
        count += static_cast<std::size_t>(got);  //@ 2
    }
    return count;
}
//#endregion per-call

//#region one-deadline
IoResult read_with_a_deadline(const Fd& fd) {
    std::array<std::byte, kMessage> message;
    const Deadline deadline = Deadline::after(kTimeOut);
    return read_exactly(fd, message, deadline);
}
//#endregion one-deadline

volatile sig_atomic_t peer = -1;

void send_a_byte(int) {
    const int error_number = errno;
    (void)!::write(peer, "x", 1);
    errno = error_number;
}

void let_it_come_every(suseconds_t microseconds) {
    const itimerval times{{0, microseconds}, {0, microseconds}};
    ::setitimer(ITIMER_REAL, &times, nullptr);
}

template <typename Read>
void against_a_slow_sender(Read read) {
    const SocketPair pair = make_socket_pair(SOCK_STREAM);
    peer = pair.second.get();
    struct sigaction action {};
    action.sa_handler = send_a_byte;
    ::sigaction(SIGALRM, &action, nullptr);
    let_it_come_every(200'000);
    read(pair.first);
    let_it_come_every(0);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    std::puts("1. a time-out of a second for each read; a byte comes every 200 ms");
    against_a_slow_sender([](const Fd& fd) {
        const auto begin = Deadline::Clock::now();
        const std::size_t count = read_with_time_outs(fd);
        const std::chrono::duration<double> took = Deadline::Clock::now() - begin;
        std::printf("   %zu bytes, in %.1f seconds\n", count, took.count());
    });
    waymark::demo::end_step();
    std::puts("2. a deadline of a second for the message");
    against_a_slow_sender([](const Fd& fd) {
        const IoResult result = read_with_a_deadline(fd);
        std::printf("   %s, with %zu of %zu bytes\n",
                    result.status == IoStatus::timed_out ? "timed out" : "done", result.count,
                    kMessage);
    });
}
