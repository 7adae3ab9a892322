// The client that leaves between poll and accept. On Linux it is handed out all the same, and the
// reset comes with the first read; other systems give ECONNABORTED or take it out of the queue
// (accept(2), NOTES). What is gone for certain is a client that another process has taken, and then
// an accept that blocks sleeps, whatever poll has said.
//
// Look at step 2, at the call in which the server sleeps, and at step 3.

#include <sys/syscall.h>

#include <fstream>

#include "by_hand.hh"
#include "daemon/children.hh"

using namespace waymark::demo;
using waymark::daemon::Children;
using waymark::daemon::Pipe;

namespace {

void client_that_resets() {
    const Fd server = listen_at(Address::parse("127.0.0.1:0"));
    Fd client = connect_to(local_address(server));
    pollfd ready{server.get(), POLLIN, 0};
    ::poll(&ready, 1, -1);
    fmt::print("1. poll says readable\n");
    end_step();
    waymark::net::reset_on_close(client);
    client.reset();
    const Fd connection(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
    fmt::print("   the client resets\n");
    fmt::print("   accept: {}\n", connection ? "a connection" : error_text(errno));
    char byte;
    const ssize_t length = ::read(connection.get(), &byte, 1);
    fmt::print("   read: {}\n", length == -1 ? error_text(errno) : "no error");
    end_step();
}

// Whether the process sleeps in accept; /proc/PID/syscall has the number of the call (proc(5)).
bool sleeps_in_accept(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/syscall");
    long number = -1;
    file >> number;
    return number == SYS_accept4;
}

struct Meeting {
    Pipe seen = waymark::daemon::make_pipe();
    Pipe go = waymark::daemon::make_pipe();
};

//#region poll-accept
int serve(const Fd& server, const Meeting& meeting) {
    pollfd ready{server.get(), POLLIN, 0};
    ::poll(&ready, 1, -1);  // somebody is there  //@ 1
    char byte = 'x';
    (void)!::write(meeting.seen.writing.get(), &byte, 1);                      //@ 2..
    (void)!::read(meeting.go.reading.get(), &byte, 1);                         //@ ..2
    const Fd client(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));  //@ 3
    if (!client) fmt::print("   accept: {}\n   the server goes on\n", error_text(errno));
    std::fflush(stdout);
    return 0;
}
//#endregion poll-accept

void client_that_is_taken(int number, bool nonblocking) {
    const Fd server = listen_at(Address::parse("127.0.0.1:0"));
    waymark::daemon::set_nonblocking(server, nonblocking);
    Meeting meeting;
    Children children;
    const pid_t pid = children.start([&] { return serve(server, meeting); });
    const Fd client = connect_to(local_address(server));
    char byte;
    (void)!::read(meeting.seen.reading.get(), &byte, 1);
    const Fd taken = accept_from(server);
    fmt::print("{}. poll says readable to the server\n", number);
    fmt::print("   another process takes the client\n");
    (void)!::write(meeting.go.writing.get(), "x", 1);
    if (nonblocking) {
        wait_until([&] { return !children.reap().empty(); });
    } else {
        const bool sleeps = wait_until([&] { return sleeps_in_accept(pid); });
        fmt::print("   the server: {}\n", sleeps ? "sleeps in accept, serves nobody" : "awake");
    }
    end_step();
}  // ends the child, if it still sleeps

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    client_that_resets();
    client_that_is_taken(2, false);
    client_that_is_taken(3, true);
}
