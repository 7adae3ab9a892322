// Wrong: one read is taken for one message. Two small messages come out of one read, and one
// message out of two. read_exactly() is told how long a message is, and does not mind how it came.
//
// Look at: what each read gives. The writes were three, of 5 bytes, 5 bytes, and 2 + 3.

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "lessons/course/end_step.hh"
#include "net/timed_io.hh"

namespace {

using namespace waymark::net;
using namespace waymark::daemon;

//#region one-read
std::string receive_message(const Fd& fd) {
    char buffer[100];
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);            //@ 1
    return count > 0 ? std::string(buffer, static_cast<size_t>(count)) : "";  //@ 2
}
//#endregion one-read

std::string receive_exactly(const Fd& fd, std::size_t size) {
    std::string text(size, '\0');
    const IoResult result = read_exactly(fd, std::as_writable_bytes(std::span(text)),
                                         Deadline::after(std::chrono::seconds(20)));
    text.resize(result.count);
    return text;
}

void put(const Fd& fd, const char* text, std::size_t size) {
    (void)!::write(fd.get(), text, size);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    //#region two-writes
    put(pair.second, "alpha", 5);  //@ 3
    put(pair.second, "bravo", 5);  //@ 3
    std::printf("1. two messages were written; one read gave \"%s\"\n",
                receive_message(pair.first).c_str());  //@ 4
    //#endregion two-writes
    waymark::demo::end_step();
    put(pair.second, "de", 2);
    std::printf("2. the third is on its way; one read gave \"%s\"\n",
                receive_message(pair.first).c_str());
    put(pair.second, "lta", 3);
    std::printf("   and the next read \"%s\"\n", receive_message(pair.first).c_str());
    waymark::demo::end_step();
    put(pair.second, "alphabravodelta", 15);
    for (int message = 0; message < 3; ++message)
        std::printf("3. read_exactly gave \"%s\"\n", receive_exactly(pair.first, 5).c_str());
    pair.second.reset();
    waymark::demo::end_step();
    char byte;
    std::printf("4. the peer has closed; read gave %zd, and no error\n",
                ::read(pair.first.get(), &byte, 1));
}
