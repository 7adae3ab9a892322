// Wrong: what write(2) returned is not looked at. The socket has a small buffer and does not block,
// so the kernel takes a part, and the rest of the message is nowhere. Then the same message by
// write_all(), to a reader that reads slowly.
//
// Look at: how many bytes the call took, and that nothing failed.

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

#include "lessons/course/end_step.hh"
#include "net/timed_io.hh"

namespace {

using namespace waymark::net;
using namespace waymark::daemon;

constexpr std::size_t kMessage = 200'000;

std::size_t read_to_the_end(const Fd& fd) {
    std::size_t all = 0;
    char piece[1000];
    for (;;) {
        const IoResult result = read_some(fd, std::as_writable_bytes(std::span(piece)),
                                          Deadline::after(std::chrono::seconds(20)));
        if (result.status != IoStatus::done) return all;
        all += result.count;
    }
}

//#region short-write
SocketPair small_buffers() {
    SocketPair pair = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);  //@ 1
    const int size = 4096;
    ::setsockopt(pair.first.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);  //@ 1
    return pair;
}

ssize_t send_message(const Fd& fd, const std::string& message) {
    const ssize_t taken = ::write(fd.get(), message.data(), message.size());  //@ 2
    return taken;  // not -1: "it went well"  //@ 3
}
//#endregion short-write

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const std::string message(kMessage, 'x');
    {
        SocketPair pair = small_buffers();
        std::printf("1. write was given %zu bytes\n", message.size());
        std::printf("2. it took %zd, and no error was told\n", send_message(pair.first, message));
        waymark::demo::end_step();
        pair.first.reset();
        std::printf("3. the reader got %zu bytes, and then the end\n",
                    read_to_the_end(pair.second));
        waymark::demo::end_step();
    }
    SocketPair pair = small_buffers();
    std::size_t got = 0;
    std::thread reader([&] { got = read_to_the_end(pair.second); });
    const IoResult result =
        write_all(pair.first, message, Deadline::after(std::chrono::seconds(20)));
    pair.first.reset();
    reader.join();
    std::printf("4. write_all wrote %zu bytes; the reader got %zu\n", result.count, got);
}
