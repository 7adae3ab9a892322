// Right: select(2) with a time-out. A peer sends nothing; select comes back when the time is over,
// and a read would have waited for ever. Its sets are shown before and after: select writes its
// answer into them.
//
// Look at: the bits before and after, and that the second set must be made anew.

#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"

namespace {

using namespace waymark::daemon;

// Each is a step of the slide: the set stands there as it is, until somebody goes on.
void show(const char* when, const fd_set& set, const Fd& silent, const Fd& talking) {
    std::printf("   %s: silent %d, talking %d\n", when, FD_ISSET(silent.get(), &set) ? 1 : 0,
                FD_ISSET(talking.get(), &set) ? 1 : 0);
    waymark::demo::end_step();
}

//#region stalls
int look(const Fd& silent, const Fd& talking) {
    fd_set set;
    FD_ZERO(&set);  //@ 1..
    FD_SET(silent.get(), &set);
    FD_SET(talking.get(), &set);  //@ ..1
    show("before", set, silent, talking);
    timeval time{0, 200'000};
    const int last = silent.get() > talking.get() ? silent.get() : talking.get();
    const int count = ::select(last + 1, &set, nullptr, nullptr, &time);  //@ 2
    show("after ", set, silent, talking);
    return count;
}
//#endregion stalls

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const SocketPair silent = make_socket_pair(SOCK_STREAM);
    const SocketPair talking = make_socket_pair(SOCK_STREAM);
    std::puts("1. nobody sends");
    std::printf("   select gave %d: the time is over\n", look(silent.first, talking.first));
    std::puts("2. one of the two has sent a byte");
    (void)!::write(talking.second.get(), "x", 1);
    std::printf("   select gave %d\n", look(silent.first, talking.first));
}
