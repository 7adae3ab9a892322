#include "net/outgoing_queue.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>

#include "daemon/fd.hh"

using namespace waymark;
using net::EventLoop;
using net::OutgoingQueue;

TEST_CASE("a message that was pushed is sent by the loop") {
    EventLoop loop;
    daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM);
    OutgoingQueue queue(loop, std::move(pair.first), {},
                        {.notice = [](std::size_t n) { return std::to_string(n) + " dropped\n"; }});
    CHECK(queue.push("hello\n"));
    CHECK(queue.messages() == 1);
    loop.run_once();
    CHECK(queue.messages() == 0);
    char text[16];
    CHECK(::recv(pair.second.get(), text, sizeof text, MSG_DONTWAIT) == 6);
}
