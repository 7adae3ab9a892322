// logrelay: copies messages of the system log to every client that may have them. They arrive by
// UDP and at a socket file, and go out over mutually authenticated TLS, or in plain text on this
// machine. It says on standard output where, then it is ready; SIGTERM ends it, SIGHUP reads rules
// and certificates again, SIGUSR1 writes a line of counts into its log.

#include <fmt/core.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
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
#include "net/socket_file.hh"
#include "net/socket_options.hh"
#include "options.hh"
#include "relay.hh"

namespace waymark::logrelay {

namespace {

// What is opened before the rights are given up.
struct Sockets {
    std::vector<daemon::Fd> datagrams;
    std::optional<net::Listener> listener;
    std::vector<net::SocketFile> files;  // of those that we bound
};

void check_plaintext(const Options& options, const net::Address& listen) {
    if (options.plaintext && !listen.is_loopback())
        throw daemon::UsageError("--plaintext: " + listen.to_string() +
                                 " can be reached from other machines, and anybody there would "
                                 "read the messages; say --listen 127.0.0.1:PORT");
}

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
    if (!options.socket.empty()) {
        sockets.datagrams.push_back(open_local(options.socket));
        sockets.files.emplace_back(net::local_address(sockets.datagrams.back()));
    }
    if (sockets.datagrams.empty())
        throw daemon::UsageError(
            "nothing to copy: say --udp ADDRESS:PORT or --socket PATH, or both");
    check_plaintext(options, sockets.listener ? sockets.listener->address() : options.listen);
    if (!sockets.listener) {
        sockets.listener.emplace(options.listen);
        sockets.files.emplace_back(sockets.listener->address());
    }
    return sockets;
}

std::string places_of(const Sockets& sockets, bool plaintext) {
    std::string lines;
    for (const daemon::Fd& each : sockets.datagrams)
        lines += fmt::format("messages at {}\n", net::local_address(each).to_string());
    return lines + fmt::format("clients at {}{}\n", sockets.listener->address().to_string(),
                               plaintext ? " in plain text" : "");
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
    const std::string places = places_of(sockets, options.plaintext);
    Relay relay(loop, options, std::move(*sockets.listener), log);
    for (daemon::Fd& each : sockets.datagrams) relay.take_messages_from(std::move(each));
    Signals signals(loop, relay);
    // Last: whoever reads it may send a signal at once.
    fmt::print("{}", places);
    std::fflush(stdout);
    readiness.ready();
    loop.run();
    readiness.stopping();
    // With another user's rights they may be out of reach: the next start replaces them.
    for (const net::SocketFile& file : sockets.files) file.remove();
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
