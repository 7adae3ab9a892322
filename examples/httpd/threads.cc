// The two designs with a thread for each client: this thread accepts, and the crew serves.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "crew.hh"
#include "daemon/error.hh"
#include "designs.hh"
#include "net/acceptor.hh"
#include "signals.hh"

namespace waymark::httpd {

void serve_by_threads(Shared& shared, const std::vector<net::Listener>& listeners,
                      const WhenUp& when_up) {
    net::EventLoop loop;
    Entrance entrance(shared.options, shared.logs);
    Crew crew(shared, shared.options.design == Design::static_threads);
    std::vector<std::unique_ptr<net::Acceptor>> acceptors;
    const auto bring = [&](daemon::Fd socket, const net::Address& peer) {
        std::optional<Entrance::Place> place = entrance.enter(peer);
        if (place) crew.serve(std::move(socket), peer, std::move(*place));
    };
    const auto exhausted = [&shared](int error) {
        shared.logs.say(daemon::Severity::error, "accept: " + daemon::error_text(error));
    };
    const SignalWatch signals(loop, shared, shared.options.stop_timeout,
                              [&](daemon::Deadline deadline) {
                                  acceptors.clear();
                                  crew.stop(deadline, [&loop] { loop.stop(); });
                              });
    for (const net::Listener& listener : listeners) {
        acceptors.push_back(std::make_unique<net::Acceptor>(
            loop, net::Listener::adopt(listener.fd().duplicate()), bring, exhausted));
        acceptors.back()->resume();
    }
    when_up();
    loop.run();
}

}  // namespace waymark::httpd
