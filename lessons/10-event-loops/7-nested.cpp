// Wrong: a handler that must wait for its client's next word runs the loop itself. The loop calls
// other handlers, which do the same, and they stand on one another on the stack. Who is below can
// end only when all above have ended. Then the same with coroutines.
//
// Look at the order in which clients say bye, and the order in which they are let go.

#include <algorithm>
#include <array>
#include <deque>
#include <string>

#include "by_hand.hh"
#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::demo;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::net::EventLoop;
using waymark::net::Stream;
using waymark::net::Task;
using waymark::net::TaskGroup;
using waymark::net::Transfer;

namespace {

constexpr std::size_t kClients = 4;

// Each says hello, the first one first; then each says bye, in the same order.
class Clients {
  public:
    Clients() {
        for (SocketPair& pair : pairs_) pair = waymark::daemon::make_socket_pair(SOCK_STREAM);
    }
    Fd& server(std::size_t client) { return pairs_[client].second; }
    bool are_done() const { return said_ == 2 * kClients; }
    void say_next() {
        if (are_done()) return;
        const bool is_bye = said_ >= kClients;
        if (is_bye) byes += fmt::format(" {}", said_ % kClients + 1);
        say(pairs_[said_ % kClients].first, is_bye ? "bye" : "hello");
        ++said_;
    }
    std::string byes;

  private:
    std::array<SocketPair, kClients> pairs_;
    std::size_t said_ = 0;
};

// What a handler leaves behind.
struct Story {
    int deepest = 0;  // handlers on one another
    std::string ended;
};

class NestedServer {
  public:
    explicit NestedServer(Clients& clients) : clients_(clients) {
        for (std::size_t i = 0; i < kClients; ++i) watch(epoll_, clients.server(i), EPOLLIN);
    }

    //#region nested
    void run_once() {
        clients_.say_next();
        epoll_event event;
        if (::epoll_wait(epoll_.get(), &event, 1, 0) == 1) on_ready(client_of(event));
    }

    void on_ready(std::size_t client) {
        const std::string word = heard(clients_.server(client));
        if (word == "bye") has_said_bye_[client] = true;  //@ 3
        if (word != "hello") return;
        ++depth_;
        story.deepest = std::max(story.deepest, depth_);
        while (!has_said_bye_[client]) run_once();      // the loop, once more  //@ 1
        story.ended += fmt::format(" {}", client + 1);  //@ 2
        --depth_;
    }
    //#endregion nested

    Story story;

  private:
    std::size_t client_of(const epoll_event& event) const {
        for (std::size_t i = 0; i < kClients; ++i)
            if (clients_.server(i).get() == event.data.fd) return i;
        return 0;
    }

    Clients& clients_;
    Fd epoll_ = make_epoll();
    std::array<bool, kClients> has_said_bye_{};
    int depth_ = 0;
};

//#region flat
Task<void> serve(Stream& stream, std::size_t client, Story& story) {
    char word[10];
    const Transfer hello = co_await stream.read_some(word, Deadline::never());
    if (hello.bytes == 0) co_return;
    (void)co_await stream.read_some(word, Deadline::never());  // the thread is the loop's
    story.ended += fmt::format(" {}", client + 1);
}
//#endregion flat

void print(const std::string& title, const Clients& clients, const Story& story) {
    fmt::print("{}\n   said bye:{}\n   let go:  {}\n", title, clients.byes, story.ended);
    end_step();
}

void nested() {
    Clients clients;
    NestedServer server(clients);
    server.run_once();
    print(fmt::format("1. each handler runs the loop: {} deep", server.story.deepest), clients,
          server.story);
}

void flat() {
    Clients clients;
    EventLoop loop;
    Story story;
    std::deque<Stream> streams;
    TaskGroup conversations;
    for (std::size_t i = 0; i < kClients; ++i) {
        waymark::daemon::set_nonblocking(clients.server(i), true);
        Stream& stream = streams.emplace_back(loop, std::move(clients.server(i)));
        conversations.start(serve(stream, i, story));
    }
    while (!clients.are_done()) {
        clients.say_next();
        loop.run_once(Deadline::after(10s));
    }
    print("2. each handler is a coroutine", clients, story);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    nested();
    flat();
}
