// 4. A fixed crew of threads. Nothing is started for a client, and no crowd can make more threads
// than there are; with all of them taken, the next client waits until one is free.

#include <utility>

#include "daemon/thread_pool.hh"
#include "door.hh"
#include "echo.hh"
#include "open_clients.hh"

using namespace waymark;
using namespace waymark::echo;

namespace {

void serve(const Options& options, Listener listener) {
    Door door(std::move(listener));
    OpenClients clients;  // also those that wait for a thread
    daemon::ThreadPool pool(options.workers, options.clients);
    while (Fd client = door.next_client()) {
        if (clients.size() >= options.clients) continue;
        // Nobody asks for the result; what is thrown costs this client only.
        pool.try_submit([place = clients.enter(std::move(client))] { echo_back(place.socket()); });
    }
    door.close();
    clients.end_all(daemon::Deadline::after(kGrace));
}

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-thread-pool", argument_count, arguments, serve);
}
