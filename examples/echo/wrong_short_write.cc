// Wrong, for the tests: it believes that send(2) takes all that it is given. Each conversation in
// which the client reads at once is right all the same.

#include <sys/socket.h>

#include <array>
#include <thread>
#include <utility>

#include "door.hh"
#include "open_clients.hh"

using namespace waymark::echo;

namespace {

void echo_once_each(const OpenClients::Place& place) {
    const int client = place.socket().get();
    std::array<char, 16'384> buffer;
    ssize_t got;
    while ((got = ::recv(client, buffer.data(), buffer.size(), 0)) > 0)
        ::send(client, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void serve(const Options&, Listener listener) {
    Door door(std::move(listener));
    OpenClients clients;
    while (waymark::daemon::Fd client = door.next_client())
        std::thread([place = clients.enter(std::move(client))] { echo_once_each(place); }).detach();
    clients.end_all(waymark::daemon::Deadline::after(kGrace));
}

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-wrong-short-write", argument_count, arguments, serve);
}
