// The same server under a service manager. The manager gave it a clean environment, no terminal and
// its own session, so none of the steps is wanted: the server stays in the foreground. What is left
// is the word "ready", as a datagram to the socket that NOTIFY_SOCKET names (sd_notify(3)). Look at
// the process id: the manager's child is the server itself.
//
// The manager is a small one, here in this program: a socket, a fork, and what it hears.

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "daemon/children.hh"
#include "daemon/daemonize.hh"
#include "lessons/04-daemonize/slow_server.hh"
#include "lessons/course/time_to_look.hh"

using namespace waymark::daemon;

namespace {

//#region in-the-foreground
int run_service(const SocketName& name) {
    Readiness readiness = Readiness::foreground();
    const Fd listener = start_slowly(name);
    readiness.ready();
    serve_one(listener);
    readiness.stopping();
    return 0;
}
//#endregion in-the-foreground

class Manager {
  public:
    explicit Manager(const std::string& name)
        : socket_(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket")) {
        const SocketName address(name);
        check(::bind(socket_.get(), address.get(), address.length), "bind", name);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }

    pid_t start(const SocketName& service) {
        const pid_t pid = check(::fork(), "fork");
        if (pid == 0) ::_exit(run_service(service));
        fmt::print("manager: started the service as process {}\n", pid);
        return pid;
    }

    // What the service says next; nothing within ten seconds is said, too.
    std::string hear() {
        pollfd word{socket_.get(), POLLIN, 0};
        if (::poll(&word, 1, 10'000) != 1) return "(nothing)";
        char text[256];
        const ssize_t length = ::recv(socket_.get(), text, sizeof text, 0);
        return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : "(nothing)";
    }

  private:
    Fd socket_;
};

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    const SocketName service(fmt::format("waymark-service-{}", ::getpid()));
    Manager manager(fmt::format("waymark-manager-{}", ::getpid()));
    const pid_t pid = manager.start(service);
    fmt::print("manager: hears {}; what needs the service may start now\n", manager.hear());
    std::string answer;
    Fd connection = call_server(service, answer);
    fmt::print("client:  {}\n", answer);
    time_to_look();
    connection.reset();
    fmt::print("manager: hears {}\n", manager.hear());
    int status = 0;
    check(::waitpid(pid, &status, 0), "waitpid");
    fmt::print("manager: process {} ended: {}\n", pid, ExitStatus::from_wait(status).describe());
    time_to_look();
    return 0;
}
