// No descriptor is left. accept fails with EMFILE, the client stays in the queue, so the listener
// stays readable: the loop turns as fast as it can, and nobody gets anything.
//
// Look at how often accept was called for three clients, and at what the clients hear. Here the
// wrong loop ends after 10,000 rounds; in a server it goes on until somebody leaves.

#include <sys/resource.h>

#include <array>

#include "by_hand.hh"
#include "net/accept_back_off.hh"
#include "net/listener.hh"

using namespace waymark::demo;
using waymark::net::AcceptBackOff;
using waymark::net::AcceptResult;
using waymark::net::AcceptStatus;
using waymark::net::Families;
using waymark::net::Listener;

namespace {

constexpr int kRounds = 10'000;
using Clients = std::array<Fd, 3>;

// While it lives no descriptor is left.
class NoneLeft {
  public:
    NoneLeft() {
        const Fd next(check(::dup(0), "dup"));
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{static_cast<rlim_t>(next.get()), before_.rlim_max};
        check(::setrlimit(RLIMIT_NOFILE, &none), "setrlimit");
    }
    NoneLeft(const NoneLeft&) = delete;
    NoneLeft& operator=(const NoneLeft&) = delete;
    ~NoneLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

int count_told(const Clients& clients) {
    int count = 0;
    char byte;
    for (const Fd& client : clients) count += ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0;
    return count;
}

// Hears the end, and hangs up as well; its descriptor stays, or one would be left.
bool is_told(const Fd& client) {
    char byte;
    return ::read(client.get(), &byte, 1) == 0 && ::shutdown(client.get(), SHUT_WR) == 0;
}

//#region busy-loop
int wrong_loop(const Listener& listener) {
    int calls = 0;
    while (calls < kRounds) {
        pollfd ready{listener.fd().get(), POLLIN, 0};
        ::poll(&ready, 1, -1);  // readable: they still wait there
        const Fd client(::accept4(listener.fd().get(), nullptr, nullptr, SOCK_CLOEXEC));
        ++calls;
        if (!client) continue;  // EMFILE, once more
    }
    return calls;
}
//#endregion busy-loop

//#region cure
int right_loop(Listener& listener, const Clients& clients, std::size_t& told) {
    AcceptBackOff back_off;
    int calls = 0;
    while (told < clients.size()) {
        const AcceptResult result = listener.accept_one();
        ++calls;
        if (result.dropped && is_told(clients[told])) ++told;  // the queue is in their order
        if (result.status == AcceptStatus::exhausted)
            ::poll(nullptr, 0, back_off.exhausted().poll_timeout());  // a pause
    }
    return calls;
}
//#endregion cure

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Listener listener(Address::parse("127.0.0.1:0"), Families::both, 5);
    Clients clients;
    for (Fd& client : clients) client = connect_to(listener.address());
    const auto without_descriptors = [](const auto& loop) {
        const NoneLeft none_left;
        return loop();
    };
    fmt::print("1. {} clients wait, and no descriptor is left\n", clients.size());
    int calls = without_descriptors([&] { return wrong_loop(listener); });
    fmt::print("   {} calls of accept: {}\n   clients told: {}\n", calls, error_text(EMFILE),
               count_told(clients));
    end_step();
    fmt::print("2. with a spare descriptor and a pause\n");
    std::size_t told = 0;
    calls = without_descriptors([&] { return right_loop(listener, clients, told); });
    fmt::print("   {} calls of accept_one\n   clients told: {}\n", calls, told);
    end_step();
}
