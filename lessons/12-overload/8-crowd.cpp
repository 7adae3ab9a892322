// A crowd of one host asks, and a good client behind it. Wrong: whoever comes is let in, and served
// in the order in which they came. Nothing fails, and the good client waits for all of them. Then
// the gate holds four of a host, and refuses the others before anything is done for them.
//
// A server of one thread, driven by hand; a request is a millisecond of work.
//
// Look at how many the good client is answered behind, and on the slide at how long it waits.

#include <chrono>
#include <ctime>
#include <deque>
#include <vector>

#include "lessons/course/hand_in_load.hh"
#include "place.hh"

using namespace waymark::demo;
using waymark::net::ConnectionGate;
using waymark::net::GateLimits;

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kCrowd = "127.0.0.2";
constexpr const char* kGood = "127.0.0.3";
constexpr unsigned kPlaces = 12;

// A millisecond of the processor, and not of the clock: on a busy machine it takes longer.
void work() {
    const std::clock_t end = std::clock() + CLOCKS_PER_SEC / 1000;
    while (std::clock() < end) {
    }
}

struct Server {
    explicit Server(const GateLimits& limits) : gate(limits) {}
    Fd listener = listen_at("127.0.0.1", 200);
    ConnectionGate gate;
    std::deque<Client> inside = {};
    unsigned refused = 0;
};

void accept_all(Server& server) {
    while (waiting_at(server.listener) > 0) {
        Fd socket = accept_from(server.listener);
        ConnectionGate::Entry entry = server.gate.enter(waymark::net::peer_address(socket));
        if (entry.slot)
            server.inside.push_back({std::move(socket), std::move(entry.slot)});
        else
            ++server.refused;
    }
}

void serve_first(Server& server) {
    work();
    ::send(server.inside.front().socket.get(), "ok", 2, MSG_NOSIGNAL);
    server.inside.pop_front();
}

class Day {
  public:
    Day(const GateLimits& limits, bool is_limited) : server_(limits), is_limited_(is_limited) {}

    // A crowd of so many asks, and behind it the good client.
    void comes(unsigned crowd) {
        server_.refused = 0;
        std::vector<Fd> others;
        while (others.size() < crowd) others.push_back(asks_from(kCrowd));
        const Fd good = asks_from(kGood);
        const Clock::time_point asked = Clock::now();
        show({});
        accept_all(server_);
        const std::size_t inside = server_.inside.size();
        unsigned before = 0;
        for (; heard(good) != "ok"; ++before) {
            if (before % 10 == 0) show({});
            serve_first(server_);
        }
        const auto waited =
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked);
        show(static_cast<unsigned>(waited.count()));
        fmt::print("   crowd {:2}: {:2} inside, {:2} refused, behind {:2}\n", crowd, inside,
                   server_.refused, before - 1);
    }

  private:
    Fd asks_from(const char* host) {
        Fd client = connect_from(host, local_address(server_.listener));
        ask(client);
        return client;
    }
    void show(std::optional<unsigned> answer_us) {
        hand_in_load({.inside = static_cast<unsigned>(server_.gate.count()),
                      .limit = is_limited_ ? std::optional<unsigned>(kPlaces) : std::nullopt,
                      .waiting = waiting_at(server_.listener),
                      .refused = server_.refused,
                      .answer_us = answer_us});
    }

    Server server_;
    const bool is_limited_;
};

void crowds_come(Day day) {
    for (const unsigned crowd : {0, 10, 20, 40, 80}) day.comes(crowd);
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    constexpr std::size_t kMany = 1000;
    fmt::print("1. everybody is let in\n");
    crowds_come({{.soft = kMany, .hard = kMany, .per_network = kMany, .early_drop = {}}, false});
    fmt::print("2. four of a host, {} in all\n", kPlaces);
    crowds_come({{.soft = kPlaces, .hard = kPlaces, .per_network = 4, .early_drop = {}}, true});
}
