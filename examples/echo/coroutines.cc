// 10. One thread for all, by epoll, and each client is again a function that reads from top to
// bottom: where it waits, the thread goes back to the loop (net/event_loop, net/task, net/stream).

#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <set>
#include <utility>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/acceptor.hh"
#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/task_group.hh"
#include "program.hh"

using namespace waymark;
using namespace waymark::echo;
using daemon::Deadline;
using net::Outcome;

namespace {

constexpr std::chrono::minutes kPatience{10};  // with a client that does not read

class EchoServer final : private net::EventLoop::Watcher {
  public:
    EchoServer(net::EventLoop& loop, const Options& options, Listener listener)
        : loop_(loop),
          acceptor_(loop, std::move(listener),
                    [this, &options](daemon::Fd socket, const net::Address&) {
                        if (clients_.size() < options.clients)
                            clients_.start(echo(std::move(socket)));
                    }) {
        clients_.when_empty([this] { stop_if_done(); });
        loop_.add(signals_.fd(), EPOLLIN, *this);
        tell_address(acceptor_.listener());
    }
    ~EchoServer() { loop_.remove(signals_.fd(), *this); }

  private:
    // Who waits for its next word holds no buffer: that is in the frame of echo_some().
    net::Task<void> echo(daemon::Fd socket) {
        net::Stream stream(loop_, std::move(socket));
        const Open open(open_, stream);
        bool goes_on = true;
        while (goes_on) {
            const net::Transfer ready = co_await stream.readable(Deadline::never());
            if (ready.outcome != Outcome::done) co_return;
            goes_on = co_await echo_some(stream);
        }
    }

    net::Task<bool> echo_some(net::Stream& stream) {
        std::array<char, 16'384> buffer;
        const net::Transfer got = co_await stream.read_some(buffer, Deadline::never());
        if (got.outcome != Outcome::done) co_return false;
        const std::string_view bytes(buffer.data(), got.bytes);
        const net::Transfer sent = co_await stream.write_all(bytes, kPatience);
        co_return sent.outcome == Outcome::done;
    }

    bool on_ready(std::uint32_t) override {
        bool took = false;
        while (signals_.next()) took = true;
        acceptor_.pause();
        for (net::Stream* stream : open_) ::shutdown(stream->socket().get(), SHUT_RD);
        is_stopping_ = true;
        grace_.set(Deadline::after(kGrace));
        stop_if_done();
        return took;
    }

    void stop_if_done() {
        if (is_stopping_ && clients_.size() == 0) loop_.stop();
    }

    // Is among the open ones for the length of a scope.
    struct Open {
        Open(std::set<net::Stream*>& those, net::Stream& stream) : all(those), one(stream) {
            all.insert(&one);
        }
        ~Open() { all.erase(&one); }
        std::set<net::Stream*>& all;
        net::Stream& one;
    };

    net::EventLoop& loop_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT};
    net::Acceptor acceptor_;
    net::Timer grace_{loop_.timers(), [this] { loop_.stop(); }};
    bool is_stopping_ = false;
    std::set<net::Stream*> open_;
    net::TaskGroup clients_{[](std::exception_ptr error) {
        daemon::print_error("echo-coroutines", daemon::message_of(error));
    }};  // last: its tasks use all of the above
};

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-coroutines", argument_count, arguments,
               [](const Options& options, Listener listener) {
                   net::EventLoop loop;
                   EchoServer server(loop, options, std::move(listener));
                   loop.run();
               });
}
