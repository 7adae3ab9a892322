// The client that reads too slowly. A server copies messages to two clients: one reads them, the
// other has stopped. Wrong: what does not fit into the socket is kept, all of it. Then the queue of
// this lesson's exercise, with a bound.
//
// Look at the send queue of the slow connection, which is full, and at what the server holds for
// it.

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "by_hand.hh"
#include "daemon/children.hh"
#include "net/event_loop.hh"
#include "net/outgoing_queue.hh"

using namespace waymark::demo;
using namespace std::chrono_literals;
using waymark::daemon::Children;
using waymark::daemon::Deadline;
using waymark::net::EventLoop;
using waymark::net::OutgoingQueue;

namespace {

constexpr int kBuffer = 16 * 1024;

// A kilobyte, its number first.
std::string message(int number) {
    std::string text = fmt::format("{} ", number);
    text.resize(1023, '.');
    return text + '\n';
}

//#region limits
// As if memory had no end. The patience is long: somebody may look at this for an hour.
constexpr OutgoingQueue::Limits kNone{std::numeric_limits<std::size_t>::max(),
                                      std::numeric_limits<std::size_t>::max(), 24h};
constexpr OutgoingQueue::Limits kBound{256, 256 * 1024, 24h};

OutgoingQueue::Calls calls() {
    return {.notice = [](std::size_t dropped) { return fmt::format("dropped: {}\n", dropped); }};
}
//#endregion limits

// The process of both clients. The fast one reads all, the slow one reads when `go` is closed; then
// it says what it got.
int read_as_clients(const Fd& fast, const Fd& slow, const Fd& go) {
    pollfd ready[] = {{fast.get(), POLLIN, 0}, {go.get(), POLLIN, 0}};
    while (ready[1].revents == 0) {
        ::poll(ready, 2, -1);
        if (ready[0].revents != 0) heard(fast);
    }
    std::string all;
    char bytes[4096];
    ssize_t count = 0;
    while ((count = ::read(slow.get(), bytes, sizeof bytes)) > 0)
        all.append(bytes, static_cast<std::size_t>(count));
    int whole = 0;
    std::string notice = "nothing was dropped";
    for (std::size_t at = 0, end = 0; (end = all.find('\n', at)) != std::string::npos;
         at = end + 1) {
        const std::string line = all.substr(at, end - at);
        if (line.starts_with("dropped")) notice = line;
        whole += line.size() == 1023;
    }
    fmt::print("   got {} whole; {}\n", whole, notice);
    std::fflush(stdout);
    return 0;
}

class Server {
  public:
    explicit Server(OutgoingQueue::Limits limits) {
        SocketPair fast = connect_pair(kBuffer);
        SocketPair slow = connect_pair(kBuffer);
        SocketPair go = waymark::daemon::make_socket_pair(SOCK_STREAM);
        children_.start([&] {
            fast.second.reset();
            slow.second.reset();
            go.first.reset();
            return read_as_clients(fast.first, slow.first, go.second);
        });
        go_ = std::move(go.first);
        fast_ = std::make_unique<OutgoingQueue>(loop_, std::move(fast.second), limits, calls());
        slow_ = std::make_unique<OutgoingQueue>(loop_, std::move(slow.second), limits, calls());
    }

    //#region copy
    // Each message goes to both. The next one comes when the fast client has this one.
    void copy(int messages) {
        for (int i = 0; i < messages; ++i) {
            for (OutgoingQueue* client : {fast_.get(), slow_.get()})
                if (!client->push(message(++number_))) ++dropped_;
            send_all(*fast_);
        }
    }
    //#endregion copy

    std::size_t held() const { return slow_->bytes() / 1024; }
    int dropped() const { return dropped_; }

    // The slow client reads, up to the last message.
    void let_it_read() {
        ::shutdown(go_.get(), SHUT_WR);
        send_all(*slow_);
        fast_.reset();
        slow_.reset();
        has_come(go_);  // the end: it has printed, and has ended
        children_.reap();
    }

  private:
    void send_all(const OutgoingQueue& queue) {
        const Deadline deadline = Deadline::after(10s);
        while (queue.messages() > 0 && !deadline.expired()) loop_.run_once(deadline);
    }

    Children children_;
    EventLoop loop_;
    Fd go_;
    std::unique_ptr<OutgoingQueue> fast_;
    std::unique_ptr<OutgoingQueue> slow_;
    int number_ = 0;
    int dropped_ = 0;
};

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    {
        Server server(kNone);
        server.copy(1000);
        fmt::print("1. 1000 messages; held for the slow: {} KiB\n", server.held());
        end_step();
        server.copy(4000);
        fmt::print("2. 5000 messages; held for the slow: {} KiB\n", server.held());
        end_step();
        fmt::print("3. the slow client reads\n");
        server.let_it_read();
        end_step();
    }
    Server server(kBound);
    server.copy(5000);
    fmt::print("4. bounded, 5000; held for the slow: {} KiB\n", server.held());
    fmt::print("   dropped: {}\n", server.dropped());
    end_step();
    fmt::print("5. the slow client reads\n");
    server.let_it_read();
    end_step();
}
