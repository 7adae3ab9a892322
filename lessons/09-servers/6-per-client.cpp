// A process for each client, and then a thread for each. The wrong way first: the parent keeps its
// copy of the client's descriptor. The child has said all and has ended, and the client waits.
//
// Look at what the client hears in each of the three steps.

#include <sys/wait.h>

#include <functional>
#include <thread>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

// What the client has heard by now.
std::string heard(const Fd& client) {
    std::string text;
    char bytes[100];
    ssize_t length = 0;
    while ((length = ::recv(client.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        text.append(bytes, static_cast<std::size_t>(length));
    return text + (length == 0 ? ", and the end" : ", and no end");
}

bool has_come(const Fd& client, short events) {
    pollfd ready{client.get(), events, 0};
    return ::poll(&ready, 1, 10'000) == 1;
}

//#region fork
void serve_in_a_child(Fd& connection, bool close_in_parent) {
    const pid_t pid = check(::fork(), "fork");  //@ 1
    if (pid == 0) {                             //@ 2..
        (void)!::write(connection.get(), "hello", 5);
        fmt::print("   the child says hello\n");
        end_step();
        ::_exit(0);
    }                                         //@ ..2
    if (close_in_parent) connection.reset();  //@ 3
    ::waitpid(pid, nullptr, 0);               // for the demo only
}
//#endregion fork

//#region thread
void serve_in_a_thread(Fd connection) {
    std::thread thread([client = std::move(connection)]() mutable {
        (void)!::write(client.get(), "hello", 5);
        client.reset();  // nobody else has a copy, nobody else closes it
    });
    thread.join();  // the demo waits, to look
}
//#endregion thread

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Fd server = listen_at(Address::parse("127.0.0.1:0"));
    {
        const Fd client = connect_to(local_address(server));
        Fd connection = accept_from(server);
        fmt::print("1. fork; the parent keeps its copy\n");
        serve_in_a_child(connection, false);
        has_come(client, POLLIN);
        fmt::print("   the child has ended\n");
        fmt::print("   the client hears: {}\n", heard(client));
        end_step();
        connection.reset();
        has_come(client, POLLIN);
        fmt::print("   the parent closes its copy\n   the client hears{}\n", heard(client));
        end_step();
    }
    {
        const Fd client = connect_to(local_address(server));
        Fd connection = accept_from(server);
        fmt::print("2. fork; the parent closes its copy\n");
        serve_in_a_child(connection, true);
        has_come(client, POLLRDHUP);
        fmt::print("   the child has ended\n");
        fmt::print("   the client hears: {}\n", heard(client));
        end_step();
    }
    const Fd client = connect_to(local_address(server));
    serve_in_a_thread(accept_from(server));
    has_come(client, POLLRDHUP);
    fmt::print("3. a thread closes the only descriptor\n");
    fmt::print("   the client hears: {}\n", heard(client));
    end_step();
}
