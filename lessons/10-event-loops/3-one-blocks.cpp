// One thread serves four clients, and the handler of one waits for a back end. Wrong: it waits in
// read(2), and nobody is served. Then the same handler as a coroutine, which gives the thread back.
//
// Look at the sockets of clients 2 to 4 while client 1 waits: their bytes lie unread at the server.

#include <algorithm>
#include <array>
#include <deque>
#include <functional>

#include "by_hand.hh"
#include "daemon/children.hh"
#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::demo;
using namespace std::chrono_literals;
using waymark::daemon::Children;
using waymark::daemon::Deadline;
using waymark::daemon::set_nonblocking;
using waymark::net::EventLoop;
using waymark::net::Stream;
using waymark::net::Task;
using waymark::net::TaskGroup;
using waymark::net::Transfer;

namespace {

constexpr std::size_t kClients = 4;

// Both ends of each connection; after fork each process closes those of the other.
struct Wires {
    std::array<Fd, kClients> clients;
    std::array<Fd, kClients> servers;
    SocketPair back_end = waymark::daemon::make_socket_pair(SOCK_STREAM);

    Wires() {
        for (std::size_t i = 0; i < kClients; ++i) {
            SocketPair pair = connect_for_a_step();
            clients[i] = std::move(pair.first);
            servers[i] = std::move(pair.second);
        }
    }
};

//#region blocking
class Blocking final : public EventLoop::Watcher {
  public:
    Blocking(const Fd& client, const Fd& back_end) : client_(client), back_end_(back_end) {}

    bool on_ready(std::uint32_t) override {
        const std::string request = heard(client_);  //@ 1
        if (request == "report") {
            say(back_end_, "query");  //@ 2
            char row[10];
            (void)!::read(back_end_.get(), row, sizeof row);  // waits  //@ 2
        }
        if (!request.empty()) say(client_, "answer");
        return !request.empty();
    }
    //#endregion blocking

  private:
    const Fd& client_;
    const Fd& back_end_;
};

//#region waiting
Task<void> serve(Stream& client, Stream& back_end) {
    for (;;) {
        char bytes[100];
        const Transfer got = co_await client.read_some(bytes, Deadline::never());
        if (got.bytes == 0) co_return;
        if (std::string_view(bytes, got.bytes) == "report") {
            (void)co_await back_end.write_all("query", 24h);
            (void)co_await back_end.read_some(bytes, Deadline::never());
        }
        (void)co_await client.write_all("answer", 24h);
    }
}
//#endregion waiting

int serve_blocking(Wires& wires) {
    EventLoop loop;
    std::deque<Blocking> handlers;
    for (const Fd& client : wires.servers)
        loop.add(client, EPOLLIN, handlers.emplace_back(client, wires.back_end.second));
    loop.run();  // until the demo ends this process
    return 0;
}

int serve_waiting(Wires& wires) {
    EventLoop loop;
    TaskGroup conversations;
    for (const Fd& socket : wires.servers) set_nonblocking(socket, true);
    set_nonblocking(wires.back_end.second, true);
    Stream back_end(loop, std::move(wires.back_end.second));
    std::deque<Stream> clients;
    for (Fd& socket : wires.servers)
        conversations.start(serve(clients.emplace_back(loop, std::move(socket)), back_end));
    loop.run();
    return 0;
}

// Looks at those that have had no answer yet. Where one can come it is waited for.
class Answers {
  public:
    explicit Answers(const Wires& wires) : wires_(wires) {}

    std::size_t count(std::size_t first, bool may_come) {
        for (std::size_t i = first; i < kClients; ++i)
            if (!answered_[i] && has_come(wires_.clients[i], may_come ? 10'000 : 50))
                answered_[i] = heard(wires_.clients[i]) == "answer";
        return static_cast<std::size_t>(std::count(answered_.begin(), answered_.end(), true));
    }

  private:
    const Wires& wires_;
    std::array<bool, kClients> answered_{};
};

void show(int number, const char* how, const std::function<int(Wires&)>& serve_all,
          bool others_are_served) {
    Wires wires;
    Children children;
    children.start([&] {
        for (Fd& client : wires.clients) client.reset();
        wires.back_end.first.reset();
        return serve_all(wires);
    });
    for (Fd& server : wires.servers) server.reset();
    wires.back_end.second.reset();

    Answers answers(wires);
    say(wires.clients[0], "report");
    has_come(wires.back_end.first);  // the handler has asked, and waits
    heard(wires.back_end.first);
    for (std::size_t i = 1; i < kClients; ++i) say(wires.clients[i], "time");
    const std::size_t meanwhile = answers.count(1, others_are_served);
    fmt::print("{}. client 1 waits {}; 2 to 4 ask\n   answered: {} of 4\n", number, how, meanwhile);
    end_step();
    say(wires.back_end.first, "row");
    const std::size_t at_last = answers.count(0, true);
    fmt::print("{}. the back end answers\n   answered: {} of 4\n", number + 1, at_last);
    end_step();
    children.terminate_all(Deadline::after(5s));
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show(1, "in read", serve_blocking, false);
    show(3, "in co_await", serve_waiting, true);
}
