// Wrong: a server without a limit. It accepts whoever comes, and each client has a descriptor.
// Idle ones cost nothing else; a process has 1024 descriptors where nobody asked for more, here 64.
//
// Look at the good client: it is connected, and is never accepted.

#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "daemon/children.hh"
#include "place.hh"

using namespace waymark::demo;

namespace {

//#region so-many
constexpr rlim_t kDescriptors = 64;
constexpr unsigned kIdle = 100;
//#endregion so-many

std::string in_words(int error_number) {
    return error_number == 0 ? "nobody waits" : waymark::daemon::error_text(error_number);
}

void let_have(rlim_t descriptors) {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = descriptors;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

// 100 that connect and say nothing; when told, one that asks.
int be_the_clients(const Address& server, const Fd& orders) {
    std::vector<Fd> idle;
    while (idle.size() < kIdle) idle.push_back(connect_from("127.0.0.2", server));
    ask(orders);  // done
    if (heard_at_last(orders) == "closed") return 0;
    const Fd good = connect_from("127.0.0.3", server);
    ask(good);
    ask(orders);
    while (heard_at_last(orders) != "closed") {
        const std::string answer = heard(good);
        ::send(orders.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    return 0;
}

//#region no-limit
// Gives the error of accept that ended it, or 0: nobody waits any more.
int accept_all(const Fd& listener, std::vector<Client>& clients) {
    for (;;) {
        const int socket = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);  //@ 1
        if (socket == -1) return errno == EAGAIN ? 0 : errno;                          //@ 2
        clients.push_back({Fd(socket), {}});                                           //@ 1
    }
}
//#endregion no-limit

// The limit is for accept alone: to stop on a slide needs a descriptor, and so does a sanitizer
// that looks whether what we print can be read.
int accept_within_the_limit(const Fd& listener, std::vector<Client>& clients) {
    let_have(kDescriptors);
    const int error = accept_all(listener, clients);
    let_have(kDescriptors + 8);
    return error;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    ::close_range(3, ~0U, 0);  // what was inherited would count, too
    const Fd listener = listen_at("127.0.0.1", 200);
    waymark::daemon::set_nonblocking(listener, true);
    waymark::daemon::SocketPair orders = waymark::daemon::make_socket_pair(SOCK_STREAM);
    waymark::daemon::Children children;
    children.start([&] {
        orders.first.reset();
        return be_the_clients(local_address(listener), orders.second);
    });
    orders.second.reset();
    heard_at_last(orders.first);
    wait_until([&] { return waiting_at(listener) == kIdle; });

    std::vector<Client> clients;
    const int error = accept_within_the_limit(listener, clients);
    fmt::print("1. {} clients connect and say nothing\n", kIdle);
    fmt::print("   accepted: {}; accept: {}\n", clients.size(), in_words(error));
    end_step();
    ask(orders.first);
    heard_at_last(orders.first);
    wait_until([&] { return waiting_at(listener) == kIdle - clients.size() + 1; });
    serve(clients);
    const int again = accept_within_the_limit(listener, clients);
    ask(orders.first);
    fmt::print("2. a good client connects and asks\n");
    fmt::print("   accept: {}\n", in_words(again));
    fmt::print("   the good client has heard: {}\n", heard_at_last(orders.first));
    end_step();
    clients.erase(clients.begin(), clients.begin() + 10);
    accept_within_the_limit(listener, clients);
    serve(clients);
    ask(orders.first);
    fmt::print("3. ten are let go; the next are idle, too\n");
    fmt::print("   the good client has heard: {}\n", heard_at_last(orders.first));
    end_step();
    orders.first.reset();
    children.terminate_all(waymark::daemon::Deadline::after(std::chrono::seconds(10)));
}
