// Wrong: FD_SET with descriptor 1024. An fd_set has places for 0 to 1023, and FD_SET does not look:
// it sets a bit in whatever lies behind the set. Here that is a number of our own, so that it can
// be seen. Then poll(2) with the same descriptor.
//
// Look at: the number behind the set changes, though nobody has written to it.

// With it, glibc ends the program at FD_SET; not every program is compiled so.
#undef _FORTIFY_SOURCE

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

//#region fd-set
struct Waiting {
    fd_set set;
    volatile unsigned long balance = 0;  //@ 1
};

[[gnu::noinline, gnu::no_sanitize("undefined")]] void add(Waiting& waiting, int fd) {
    FD_SET(fd, &waiting.set);  //@ 2
}
//#endregion fd-set

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, 2000));
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const SocketPair pair = make_socket_pair(SOCK_STREAM);
    (void)!::write(pair.second.get(), "x", 1);
    const Fd high(::fcntl(pair.first.get(), F_DUPFD_CLOEXEC, FD_SETSIZE));
    if (!high) {
        std::puts("the limit of open files (ulimit -n) is below 1025: no such descriptor here");
        return 111;
    }
    //#region two-adds
    Waiting waiting;
    FD_ZERO(&waiting.set);
    add(waiting, FD_SETSIZE - 1);  //@ 3
    std::printf("1. FD_SET with %d: the balance is %lu\n", FD_SETSIZE - 1, waiting.balance);
    waymark::demo::end_step();
    add(waiting, high.get());  //@ 4
    //#endregion two-adds
    std::printf("2. FD_SET with %d: the balance is %lu\n", high.get(), waiting.balance);
    waymark::demo::end_step();
    pollfd readable{high.get(), POLLIN, 0};
    const int count = ::poll(&readable, 1, 1000);
    std::printf("3. poll with %d gave %d: readable\n", high.get(), count);
}
