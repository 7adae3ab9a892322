// A network that a case makes up. Its addresses are those that are kept for documentation
// (RFC 5737, RFC 3849): connect(2) to one of them is led to a socket of this machine, and to no
// other place. A host that answers is a listener, one that refuses a port without one, and one that
// is silent a listener whose queue is full. So sockets, poll(2), SO_ERROR and the descriptors are
// real; what is made up is the way, and the time (fast_clock.hh).

#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lessons/course/check/fast_clock.hh"
#include "net/address.hh"
#include "net/silent_under_test.hh"

namespace waymark::course::check {

// One at a time; while it lives the clock is fast.
class MadeUpNetwork {
  public:
    using Milliseconds = std::chrono::milliseconds;

    MadeUpNetwork();
    MadeUpNetwork(const MadeUpNetwork&) = delete;
    MadeUpNetwork& operator=(const MadeUpNetwork&) = delete;
    ~MadeUpNetwork();

    // What the hosts do; each gives its address back. "Late" is so long after the beginning, if it
    // was asked before.
    net::Address answers(const char* text);
    net::Address answers_late(const char* text, Milliseconds at);
    net::Address refuses(const char* text);
    net::Address refuses_late(const char* text, Milliseconds at);
    net::Address is_silent(const char* text);
    // Nobody listens, and the kernel gives the socket the very port that it asks for (RFC 9293
    // section 3.5: both ends open at once). For IPv4.
    net::Address is_the_socket_itself(const char* text);
    // connect(2) itself fails with this errno, and nothing is under way.
    net::Address fails_at_once(const char* text, int error_number);
    // connect(2) says EINTR, once: the attempt is under way, or it has not even begun.
    net::Address interrupted(const char* text);
    net::Address interrupted_before(const char* text);
    // And called once more it fails with this errno.
    net::Address interrupted_and_fails(const char* text, int error_number);

    // socket(2) fails so for this family, as where it is switched off.
    void switch_off(int family, int error_number);

    FastClock& clock() { return clock_; }
    const FastClock& clock() const { return clock_; }

    // "192.0.2.1:80 at 0, [2001:db8::1]:80 at 250": with what connect(2) was called, and when, once
    // for each socket.
    std::string calls() const;
    // Of all sockets with which connect(2) was called.
    bool each_was_nonblocking() const { return each_was_nonblocking_; }
    bool each_was_close_on_exec() const { return each_was_close_on_exec_; }

    // For the functions in front of the C library's.
    static MadeUpNetwork* current();
    int connect(int fd, const sockaddr* address, socklen_t length);
    int refusal_of_family(int family) const;
    void note_epoll(int epoll, int operation, int fd, const epoll_event* event);

  private:
    enum class Host { answers, refuses, silent, fails, itself };
    struct Way {
        Host host = Host::silent;
        Milliseconds at{0};  // 0: at once
        int error_number = 0;
        bool interrupted = false;
        bool before = false;  // ... and not even begun
    };

    net::Address add(const char* text, const Way& way);
    void note(int fd, const net::Address& address);
    void come_to_pass(int fd, ino_t socket, Host host);
    // What comes at one instant comes together: nobody is woken between two of them.
    void come_at(Milliseconds at, std::function<void()> event);
    int blocking_connect(int fd, const Way& way);

    FastClock clock_;
    net::Server listener_ = net::make_server("127.0.0.1:0");
    net::Server refusing_ = net::make_server("127.0.0.1:0", false);
    net::SilentServer silent_;
    std::map<std::string, Way> ways_;
    std::map<int, int> switched_off_;
    std::map<Milliseconds, std::vector<std::function<void()>>> to_come_;
    std::vector<std::pair<std::string, Milliseconds>> calls_;
    // What epolls are to tell, by epoll and descriptor.
    std::map<std::pair<int, int>, epoll_event> told_by_epoll_;
    std::set<ino_t> known_;  // sockets, with which connect(2) was called
    bool each_was_nonblocking_ = true;
    bool each_was_close_on_exec_ = true;
};

}  // namespace waymark::course::check
