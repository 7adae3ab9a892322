// Wrong, then right: a non-blocking connect to a port on which nobody listens. The socket becomes
// writable. The first takes that for success and sends its request. The second asks SO_ERROR first.
//
// Look at: both sockets are writable; only one of the two functions knows why.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "lessons/course/end_step.hh"
#include "net/silent_under_test.hh"

namespace {

using namespace waymark::net;
using waymark::daemon::Fd;

//#region begin-and-wait
constexpr int kTwoSeconds = 2000;

// Gives whether the socket has become writable in time.
bool begin_and_wait(const Fd& socket, const Address& address) {
    const int result = ::connect(socket.get(), address.data(), address.size());  //@ 1
    std::printf("   connect: %s\n", result == 0 ? "connected" : std::strerror(errno));
    if (result == -1 && errno != EINPROGRESS) return false;  // failed at once  //@ 2
    pollfd waiting{socket.get(), POLLOUT, 0};
    const bool writable = ::poll(&waiting, 1, kTwoSeconds) == 1;  //@ 3
    std::printf("   poll:    %s\n", writable ? "writable" : "time is over");
    return writable;
}
//#endregion begin-and-wait

Fd make_socket() {
    return Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

void trust_writability(const Address& address) {
    const Fd socket = make_socket();
    if (!begin_and_wait(socket, address)) return;
    std::puts("   connected, says the program");
    const ssize_t count = ::send(socket.get(), "hello", 5, MSG_NOSIGNAL);
    std::printf("   send:    %s\n", count == 5 ? "5 bytes" : std::strerror(errno));
}

//#region so-error
void ask_so_error(const Address& address) {
    const Fd socket = make_socket();
    if (!begin_and_wait(socket, address)) return;
    int error_number = 0;
    socklen_t size = sizeof error_number;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error_number, &size);  //@ 1
    if (error_number == 0)
        std::puts("   connected");
    else
        std::printf("   SO_ERROR: %s\n", std::strerror(error_number));  //@ 2
}
//#endregion so-error

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const Server refusing = make_server("127.0.0.1:0", false);  // a port on which nobody listens
    std::puts("1. writable is connected");
    trust_writability(refusing.address);
    waymark::demo::end_step();
    std::puts("2. SO_ERROR first");
    ask_so_error(refusing.address);
    waymark::demo::end_step();
}
