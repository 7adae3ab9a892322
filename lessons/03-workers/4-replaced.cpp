// Three workers with two threads each, and six clients. One worker is killed with kill -9.
//
// Look at who suffers: the two clients of that worker, and nobody else. Look at the new process
// number in its place, and at who serves the next clients.

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <vector>

#include "counter.hh"
#include "daemon/worker_pool.hh"
#include "lessons/course/time_to_look.hh"

using namespace std::chrono_literals;
using waymark::daemon::ExitStatus;
using waymark::daemon::Fd;
using waymark::daemon::WorkerLimits;
using waymark::daemon::WorkerPool;
using waymark::demo::Counter;

namespace {

// Says which process it is, and stays with the client until it says good-bye, or is gone.
void serve(Fd client) {
    const pid_t self = ::getpid();
    char byte = 0;
    (void)!::write(client.get(), &self, sizeof self);
    (void)!::read(client.get(), &byte, 1);
}

struct Client {
    Fd socket;
    pid_t worker = 0;
};

Client enter(Counter& counter) {
    Client client{counter.connect()};
    (void)!::read(client.socket.get(), &client.worker, sizeof client.worker);
    return client;
}

bool is_cut_off(const Client& client) {
    pollfd ended{client.socket.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 1;  // readable: the end of the connection
}

void show(const char* when, const WorkerPool& pool) {
    fmt::print("{}", when);
    for (const pid_t pid : pool.pids()) fmt::print(" {}", pid);
    fmt::print("\n");
}

}  // namespace

int main(int argument_count, char** arguments) {
    const waymark::demo::TimeToLook time_to_look(argument_count, arguments);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const WorkerLimits limits{.start_servers = 3,
                              .server_limit = 4,
                              .threads_per_child = 2,
                              .min_spare_threads = 0,
                              .max_spare_threads = 8};
    const WorkerPool::Events events{.on_ended = [](pid_t worker, ExitStatus status) {
        fmt::print("   the parent hears: worker {} ended, {}\n", worker, status.describe());
    }};
    Counter counter;
    WorkerPool pool(counter.listener().duplicate(), limits, serve, events);
    pool.tend();
    show("1. the workers:", pool);
    std::vector<Client> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(enter(counter));
    const pid_t victim = clients[0].worker;
    time_to_look();

    fmt::print("2. six clients are being served. kill -9 {}\n", victim);
    ::kill(victim, SIGKILL);
    const Fd process = waymark::daemon::open_process(victim);
    pollfd ended{process.get(), POLLIN, 0};
    ::poll(&ended, 1, -1);
    time_to_look();
    pool.tend();
    show("3. the workers:", pool);
    time_to_look();
    for (const Client& client : clients)
        fmt::print("   a client of {} {}\n", client.worker,
                   is_cut_off(client) ? "is cut off" : "is served as before");
    fmt::print("4. two clients come again. They are served by {} and {}\n", enter(counter).worker,
               enter(counter).worker);
    time_to_look();
    fmt::print("5. all say good-bye, and the workers end in good order\n");
    for (const Client& client : clients) (void)!::send(client.socket.get(), "b", 1, MSG_NOSIGNAL);
    pool.drain(waymark::daemon::Deadline::after(5s));
}
