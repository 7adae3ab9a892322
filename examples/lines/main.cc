// lines: a server on one page. It answers each line with the same line in capital letters, to many
// clients at once, in one thread. Accept, limit, serve, time-out and stop stand together here;
// README.md walks through it from the bottom to the top.

#include <fmt/core.h>
#include <signal.h>

#include <array>
#include <cstdio>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/acceptor.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/idle_streams.hh"
#include "net/listener.hh"
#include "net/parting.hh"
#include "net/socket_file.hh"
#include "net/socket_options.hh"
#include "net/stream.hh"
#include "net/task_group.hh"
#include "options.hh"
#include "protocol.hh"

namespace waymark::lines {

using daemon::Deadline;
using net::Outcome;

class LineServer final : private net::EventLoop::Watcher {
  public:
    LineServer(net::EventLoop& loop, net::Listener listener, const Options& options)
        : loop_(loop),
          options_(options),
          gate_(options.clients),
          acceptor_(
              loop, std::move(listener),
              [this](daemon::Fd socket, const net::Address& peer) {
                  receive(std::move(socket), peer);
              },
              [](int error) {
                  daemon::print_error("lines", "accept: " + daemon::error_text(error));
              }),
          cut_off_(loop.timers(), [this] { loop_.stop(); }) {
        gate_.on_room([this] { acceptor_.resume(); });
        clients_.when_empty([this] { stop_if_done(); });
        loop_.add(signals_.fd(), EPOLLIN, *this);
    }
    ~LineServer() {
        gate_.on_room({});  // the places that are given back from here on are for nobody
        loop_.remove(signals_.fd(), *this);
    }

  private:
    enum class Heard { line, too_long, too_slow, stopping, gone };

    void receive(daemon::Fd socket, const net::Address& peer) {
        if (!options_.access.allows(peer)) return;
        net::ConnectionGate::Entry entry = gate_.enter(peer);
        if (entry.admission == net::Admission::refused) return;
        if (!gate_.has_room()) acceptor_.pause();
        // Two lines that come together have two answers: the second must not wait for the client's
        // acknowledgement of the first.
        if (peer.is_ip()) net::send_without_delay(socket);
        clients_.start(serve(std::move(socket), std::move(entry.slot)));
    }

    // One client, from its first line to its end. What it holds (socket, place, buffer) is local,
    // so it is given back wherever this ends.
    net::Task<void> serve(daemon::Fd socket, net::ConnectionGate::Slot) {
        net::Stream stream(loop_, std::move(socket));
        std::string held;
        std::string line;
        Heard heard = Heard::line;
        while (heard == Heard::line) {
            heard = co_await hear_line(stream, held, line);
            if (heard == Heard::gone) co_return;
            if (heard == Heard::stopping) break;
            const std::string answer = heard == Heard::line       ? answer_to(line)
                                       : heard == Heard::too_long ? "the line is too long\n"
                                                                  : "no whole line in time\n";
            const net::Transfer sent = co_await stream.write_all(answer, options_.answer_time);
            if (sent.outcome != Outcome::done) co_return;
        }
        co_await net::part_from(stream);
    }

    // The next line into `line`. `held` is what was read beyond it: a part of a line, or several.
    // One deadline for the whole line, so that a byte now and then does not help.
    net::Task<Heard> hear_line(net::Stream& stream, std::string& held, std::string& line) {
        const Deadline deadline = Deadline::after(options_.line_time, loop_.now());
        std::array<char, 1024> piece;
        while (!take_whole_line(held, line)) {
            if (held.size() > options_.longest_line) co_return Heard::too_long;
            if (is_stopping_) co_return Heard::stopping;
            const net::IdleStreams::Place idle(idle_, stream);
            const net::Transfer got = co_await stream.read_some(piece, deadline);
            if (got.outcome == Outcome::timed_out) co_return Heard::too_slow;
            if (got.outcome != Outcome::done) co_return Heard::gone;
            held.append(piece.data(), got.bytes);
        }
        co_return line.size() > options_.longest_line ? Heard::too_long : Heard::line;
    }

    // SIGTERM or SIGINT. Nobody else comes in; who waits for a line is hung up on; who is being
    // answered has the answer, for as long as stop_time. A second signal does not wait.
    bool on_ready(std::uint32_t) override {
        bool took = false;
        while (signals_.next()) {
            took = true;
            if (std::exchange(is_stopping_, true)) loop_.stop();
            acceptor_.pause();
            gate_.on_room({});
            idle_.cancel();
            cut_off_.set(Deadline::after(options_.stop_time));
        }
        stop_if_done();
        return took;
    }

    void stop_if_done() {
        if (is_stopping_ && clients_.size() == 0) loop_.stop();
    }

    net::EventLoop& loop_;
    const Options& options_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT};
    net::ConnectionGate gate_;
    net::Acceptor acceptor_;
    net::Timer cut_off_;
    bool is_stopping_ = false;
    net::IdleStreams idle_;  // those that wait for a line
    // Last: it is destroyed first, with the clients in it, and they use all of the above. What one
    // of them throws, for want of memory, costs that client.
    net::TaskGroup clients_{
        [](std::exception_ptr error) { daemon::print_error("lines", daemon::message_of(error)); }};
};

int serve(const Options& options) {
    daemon::ignore_sigpipe();
    net::EventLoop loop;
    net::Listener listener(options.listen);
    const net::SocketFile file(listener.address());
    const std::string address = listener.address().to_string();
    LineServer server(loop, std::move(listener), options);
    fmt::print("listening on {}\n", address);
    std::fflush(stdout);
    loop.run();
    file.remove();
    return daemon::kExitOk;
}

}  // namespace waymark::lines

int main(int argument_count, char** arguments) {
    return waymark::daemon::run_main("lines", [&] {
        const auto options = waymark::lines::parse_options(argument_count, arguments);
        return options ? waymark::lines::serve(*options) : waymark::daemon::kExitOk;
    });
}
