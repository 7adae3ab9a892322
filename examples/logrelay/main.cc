// logrelay: copies messages of the system log to every client that may have them. They arrive by
// UDP and at a socket file, and go out over mutually authenticated TLS, or in plain text on this
// machine. It says on standard output where, then it is ready; SIGTERM ends it, SIGHUP reads rules
// and certificates again, SIGUSR1 writes a line of counts into its log.

#include <fmt/core.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "daemon/daemonize.hh"
#include "daemon/error.hh"
#include "daemon/log.hh"
#include "daemon/privileges.hh"
#include "daemon/signals.hh"
#include "datagram_sockets.hh"
#include "net/event_loop.hh"
#include "net/inherited_sockets.hh"
#include "net/listener.hh"
#include "net/socket_options.hh"
#include "options.hh"
#include "relay.hh"

namespace waymark::logrelay {

namespace {

// What is opened before the rights are given up.
struct Sockets {
    std::vector<daemon::Fd> datagrams;
    std::optional<net::Listener> listener;
};

// The service manager's, by their kind, and those that are named.
Sockets open_sockets(const Options& options) {
    Sockets sockets;
    for (net::InheritedSocket& each : net::take_inherited_sockets()) {
        if (net::type_of(each.socket) == SOCK_DGRAM)
            sockets.datagrams.push_back(std::move(each.socket));
        else
            sockets.listener = net::Listener::adopt(std::move(each.socket));
    }
    for (const net::Address& address : options.udp) sockets.datagrams.push_back(open_udp(address));
    if (!options.socket.empty()) sockets.datagrams.push_back(open_local(options.socket));
    if (sockets.datagrams.empty())
        throw daemon::UsageError(
            "nothing to copy: say --udp ADDRESS:PORT or --socket PATH, or both");
    if (!sockets.listener) sockets.listener.emplace(options.listen);
    return sockets;
}

void tell_places(const Sockets& sockets, bool plaintext) {
    for (const daemon::Fd& each : sockets.datagrams)
        fmt::print("messages at {}\n", net::local_address(each).to_string());
    fmt::print("clients at {}{}\n", sockets.listener->address().to_string(),
               plaintext ? " in plain text" : "");
    std::fflush(stdout);
}

class Signals final : private net::EventLoop::Watcher {
  public:
    Signals(net::EventLoop& loop, Relay& relay) : loop_(loop), relay_(relay) {
        loop_.add(signals_.fd(), EPOLLIN, *this);
    }
    ~Signals() { loop_.remove(signals_.fd(), *this); }

  private:
    bool on_ready(std::uint32_t) override {
        bool took = false;
        while (const std::optional<int> signal = signals_.next()) {
            took = true;
            if (*signal == SIGHUP)
                relay_.reload();
            else if (*signal == SIGUSR1)
                relay_.log_counts();
            else
                relay_.stop();
        }
        return took;
    }

    net::EventLoop& loop_;
    Relay& relay_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGHUP, SIGUSR1};
};

daemon::LogOptions log_options() {
    const bool has_journal = std::getenv("JOURNAL_STREAM") != nullptr;  // systemd.exec(5)
    return {.target = has_journal ? daemon::LogTarget::journal : daemon::LogTarget::standard_error,
            .program = "logrelay"};
}

int relay_messages(const Options& options) {
    daemon::ignore_sigpipe();
    daemon::open_standard_descriptors();
    daemon::Log log(log_options());
    Sockets sockets = open_sockets(options);
    daemon::Readiness readiness = daemon::Readiness::foreground();
    if (!options.user.empty()) daemon::drop_permanently(options.user);
    daemon::set_no_new_privileges();

    net::EventLoop loop;
    const bool plaintext = options.plaintext;
    const auto places = [&] { tell_places(sockets, plaintext); };
    places();
    Relay relay(loop, options, std::move(*sockets.listener), log);
    for (daemon::Fd& each : sockets.datagrams) relay.take_messages_from(std::move(each));
    Signals signals(loop, relay);
    readiness.ready();
    loop.run();
    readiness.stopping();
    return daemon::kExitOk;
}

}  // namespace

}  // namespace waymark::logrelay

int main(int argument_count, char** arguments) {
    return waymark::daemon::run_main("logrelay", [&] {
        const auto options = waymark::logrelay::parse_options(argument_count, arguments);
        return options ? waymark::logrelay::relay_messages(*options) : waymark::daemon::kExitOk;
    });
}
