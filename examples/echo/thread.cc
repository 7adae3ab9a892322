// 3. A thread for each client. Cheaper than a process to start and to keep; what they have, all of
// them have, a crash too.

#include <exception>
#include <thread>
#include <utility>

#include "daemon/error.hh"
#include "door.hh"
#include "echo.hh"
#include "open_clients.hh"

using namespace waymark;
using namespace waymark::echo;

namespace {

void serve_one(const OpenClients::Place& place) {
    try {
        echo_back(place.socket());
    } catch (const std::exception& error) {  // out of a thread it would end them all
        daemon::print_error("echo-thread", error.what());
    }
}

void serve(const Options& options, Listener listener) {
    Door door(std::move(listener));
    OpenClients clients;
    while (Fd client = door.next_client()) {
        if (clients.size() >= options.clients) continue;
        try {
            // Nobody joins it: end_all() waits until its place is free, the last thing that it
            // does.
            std::thread([place = clients.enter(std::move(client))] { serve_one(place); }).detach();
        } catch (const std::exception& error) {  // no thread: that client only
            daemon::print_error("echo-thread", error.what());
        }
    }
    door.close();
    clients.end_all(daemon::Deadline::after(kGrace));
}

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-thread", argument_count, arguments, serve);
}
