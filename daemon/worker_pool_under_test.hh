// For tests of worker pools: a listening socket without a name in any file system, clients that
// know which process serves them, and a way of serving that does what its client says. So the test,
// and no clock, decides how long a thread is busy.

#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/fd.hh"
#include "daemon/worker_pool.hh"

namespace waymark::daemon {

// What a client may ask for by one byte.
inline constexpr char kGoodbye = 'g';  // be served to the end; answered by the same byte
inline constexpr char kThrow = 't';
inline constexpr char kThrowNumber = 'n';  // what is no std::exception
inline constexpr char kCrash = 'c';

// Says at once which process it is, then waits for one byte.
inline void serve_as_told(Fd client) {
    const pid_t self = ::getpid();
    if (::write(client.get(), &self, sizeof self) != sizeof self) return;
    char wish = 0;
    if (::read(client.get(), &wish, 1) != 1) return;
    if (wish == kThrow) throw std::runtime_error("as the client wished");
    if (wish == kThrowNumber) throw 5;
    if (wish == kCrash) ::_exit(3);
    (void)!::write(client.get(), &wish, 1);
}

// A client whose thread in a worker is busy until it says a byte, or closes.
struct Client {
    Fd socket;
    pid_t worker;

    void say(char wish) const { REQUIRE(::send(socket.get(), &wish, 1, MSG_NOSIGNAL) == 1); }
    // Waits for the end of the service: the answer to goodbye, or 0 when there was none.
    char answer() const {
        char byte = 0;
        return ::read(socket.get(), &byte, 1) == 1 ? byte : '\0';
    }
};

// A listening Unix socket in the abstract name space, with the name that the kernel chose (unix(7),
// "Autobind feature").
class Office {
  public:
    Office() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un only_family{};
        only_family.sun_family = AF_UNIX;
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&only_family),
                       sizeof(sa_family_t)) == 0);
        REQUIRE(::listen(socket_.get(), 64) == 0);
        REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &length_) ==
                0);
    }

    Fd listener() const { return socket_.duplicate(); }
    const Fd& fd() const { return socket_; }

    // Waits in the queue until a worker takes it.
    Fd connect() const {
        Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address_), length_) ==
                0);
        return socket;
    }

    // Returns when a thread of a worker has begun to serve it.
    Client enter() const { return served(connect()); }
    static Client served(Fd socket) {
        Client client{std::move(socket), 0};
        REQUIRE(::read(client.socket.get(), &client.worker, sizeof client.worker) ==
                sizeof client.worker);
        return client;
    }

  private:
    Fd socket_;
    sockaddr_un address_{};
    socklen_t length_ = sizeof address_;
};

// Until every thread that was started waits for clients, or serves one.
inline void wait_until_up(const WorkerPool& pool) {
    while (pool.counts().coming_threads > 0) std::this_thread::yield();
}

// Threads of a process, its first one included.
inline std::ptrdiff_t tasks_of(pid_t pid) {
    const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task");
    return std::distance(begin(tasks), end(tasks));
}

}  // namespace waymark::daemon
