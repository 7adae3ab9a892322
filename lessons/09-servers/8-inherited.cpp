// A socket from a service manager (sd_listen_fds(3)). The manager binds and listens, and starts the
// server with the socket as descriptor 3, and says so in the environment. The socket is older than
// the server and outlives it.
//
// Look at the client of step 2: it comes while no server runs, and is served by the next one.

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include "by_hand.hh"
#include "net/inherited_sockets.hh"
#include "net/listener.hh"

using namespace waymark::demo;
using namespace waymark::net;

namespace {

//#region server
int serve() {
    ::prctl(PR_SET_NAME, "server");
    std::vector<InheritedSocket> sockets = take_inherited_sockets();
    if (sockets.empty()) return 100;
    Listener listener = Listener::adopt(std::move(sockets.front().socket));
    for (;;) {
        pollfd ready{listener.fd().get(), POLLIN, 0};
        ::poll(&ready, 1, -1);
        const AcceptResult client = listener.accept_one();
        if (client.status != AcceptStatus::accepted) continue;
        const std::string text = fmt::format("served by process {}", ::getpid());
        (void)!::write(client.socket.get(), text.data(), text.size());
    }
}
//#endregion server

//#region manager
pid_t start_server(const Fd& socket) {
    const pid_t pid = check(::fork(), "fork");
    if (pid != 0) return pid;
    const int above = check(::fcntl(socket.get(), F_DUPFD, 10), "fcntl");
    check(::dup2(above, 3), "dup2");  // without close-on-exec  //@ 1
    ::close(above);
    ::setenv("LISTEN_FDS", "1", 1);                                 //@ 2..
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);  //@ ..2
    ::execl("/proc/self/exe", "server", "serve", nullptr);          //@ 3
    //#endregion manager
    ::_exit(111);
}

// To the end, and hangs up.
std::string heard(Fd client) {
    std::string text;
    char bytes[100];
    for (ssize_t length = 0; (length = ::read(client.get(), bytes, sizeof bytes)) > 0;)
        text.append(bytes, static_cast<std::size_t>(length));
    return text;
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count > 1 && std::string_view(arguments[1]) == "serve") return serve();
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Fd socket = listen_at(Address::parse("127.0.0.1:0"));
    const pid_t first = start_server(socket);
    fmt::print("1. the manager has the socket\n   it starts server {}\n", first);
    fmt::print("   a client: {}\n", heard(connect_to(local_address(socket))));
    end_step();
    ::kill(first, SIGKILL);
    ::waitpid(first, nullptr, 0);
    Fd client = make_socket();
    const int error = try_connect(client, local_address(socket));
    fmt::print("2. server {} is killed\n   a client: {}\n", first, in_words(error, "connected"));
    end_step();
    const pid_t second = start_server(socket);
    fmt::print("3. the manager starts server {}\n", second);
    fmt::print("   the client: {}\n", heard(std::move(client)));
    end_step();
    ::kill(second, SIGKILL);
    ::waitpid(second, nullptr, 0);
}
