#include "net/acceptor.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <vector>

#include "daemon/error.hh"
#include "net/clients_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

struct Door {
    EventLoop loop;
    std::vector<Fd> clients;
    std::vector<Address> peers;
    std::vector<int> complaints;
    Acceptor acceptor;

    explicit Door(const char* address = "127.0.0.1:0")
        : acceptor(
              loop, Listener(Address::parse(address)),
              [this](Fd socket, const Address& peer) {
                  clients.push_back(std::move(socket));
                  peers.push_back(peer);
              },
              [this](int error_number) { complaints.push_back(error_number); }) {}

    const Address& address() const { return acceptor.listener().address(); }
    void round() { loop.run_once(Deadline::after(5ms)); }
};

}  // namespace

TEST_CASE("each client is a call with a non-blocking socket and its peer") {
    Door door;
    const Fd first = connect_client(door.address());
    const Fd second = connect_client(door.address());
    door.round();
    REQUIRE(door.clients.size() == 2);
    CHECK((::fcntl(door.clients[0].get(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK(door.peers[0].host_text() == "127.0.0.1");
}

TEST_CASE("an IPv4 client of a dual-stack listener is known by its IPv4 address") {
    Door door("[::]:0");
    const Fd client =
        connect_client(Address::parse("127.0.0.1:" + std::to_string(door.address().port())));
    door.round();
    REQUIRE(door.peers.size() == 1);
    CHECK(door.peers[0].host_text() == "127.0.0.1");
}

TEST_CASE("clients wait while the acceptor pauses") {
    Door door;
    door.acceptor.pause();
    const Fd client = connect_client(door.address());
    door.round();
    CHECK(door.clients.empty());
    door.acceptor.resume();
    door.round();
    CHECK(door.clients.size() == 1);
}

TEST_CASE("without descriptors it complains once, does not spin, and goes on when there are some") {
    Door door;
    rlimit before{};
    check(::getrlimit(RLIMIT_NOFILE, &before), "getrlimit");
    const Fd client = connect_client(door.address());
    const Fd later = connect_client(door.address());
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(count_open_descriptors());
    check(::setrlimit(RLIMIT_NOFILE, &none), "setrlimit");

    int rounds = 0;
    const Deadline deadline = Deadline::after(60ms);
    while (!deadline.expired()) {
        door.loop.run_once(deadline);
        ++rounds;
    }
    check(::setrlimit(RLIMIT_NOFILE, &before), "setrlimit");
    CHECK(door.complaints == std::vector<int>{EMFILE});
    CHECK(rounds < 30);  // 5, 10, 20, 40 ms of pause; a spinning loop makes thousands

    const Fd last = connect_client(door.address());
    for (int i = 0; i < 1000 && door.clients.empty(); ++i) door.round();
    CHECK_FALSE(door.clients.empty());
}

TEST_CASE("what is thrown for a client costs that client, and keeps no other waiting") {
    EventLoop loop;
    int came = 0;
    std::vector<int> complaints;
    Acceptor acceptor(
        loop, Listener(Address::parse("127.0.0.1:0")),
        [&came](Fd, const Address&) {
            if (++came == 1) throw 3;
            if (came == 2) throw std::runtime_error("a mistake");
            if (came == 3) fail(ENOSPC, "epoll_ctl");
        },
        [&complaints](int error_number) { complaints.push_back(error_number); });
    std::vector<Fd> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(connect_client(acceptor.listener().address()));
    while (came < 3) loop.run_once();
    CHECK(complaints == std::vector<int>{ENOSPC});  // and nothing before
    clients.push_back(connect_client(acceptor.listener().address()));
    while (came < 4) loop.run_once();
}
