// For tests/tls: an HTTPS server of net/http for foreign peers. It says on stdout where it listens
// and whom it did not secure; SIGHUP reads the certificates again.
//
//     tls-server CHAIN KEY [--clients FILE] [--requested] [--revoked FILE] [--tls12] [--alpn
//     NAME]...

#include <fmt/core.h>
#include <signal.h>
#include <stdio.h>

#include <string>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/http/server.hh"
#include "net/tls_context.hh"

using namespace waymark;
using namespace waymark::net;

namespace {

TlsServerOptions parse(int count, char** words) {
    TlsServerOptions options;
    if (count < 3) throw daemon::UsageError("tls-server CHAIN KEY [OPTION...]");
    options.identity = {words[1], words[2]};
    for (int i = 3; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--requested") {
            options.client_certificate = ClientCertificate::requested;
        } else if (word == "--tls12") {
            options.least = TlsVersion::tls12;
        } else if (word == "--clients" && i + 1 < count) {
            options.client_authorities = words[++i];
        } else if (word == "--revoked" && i + 1 < count) {
            options.revoked = words[++i];
        } else if (word == "--alpn" && i + 1 < count) {
            options.protocols.emplace_back(words[++i]);
        } else {
            throw daemon::UsageError("unknown: " + word);
        }
    }
    return options;
}

void say(const std::string& line) {
    fmt::print("{}\n", line);
    ::fflush(stdout);
}

// SIGHUP reads the files again; SIGTERM ends the loop.
class Reloader final : private EventLoop::Watcher {
  public:
    Reloader(EventLoop& loop, TlsServerContext& tls) : loop_(loop), tls_(tls) {
        loop_.add(signals_.fd(), EPOLLIN, *this);
    }
    ~Reloader() { loop_.remove(signals_.fd(), *this); }
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

  private:
    bool on_ready(std::uint32_t) override {
        if (signals_.next() == SIGTERM) {
            loop_.stop();
            return true;
        }
        try {
            tls_.reload();
            say("reloaded");
        } catch (const daemon::UsageError& error) {
            say(std::string("kept the old: ") + error.what());
        }
        return true;
    }

    EventLoop& loop_;
    TlsServerContext& tls_;
    daemon::SignalDescriptor signals_{SIGHUP, SIGTERM};
};

int run(const TlsServerOptions& options) {
    EventLoop loop;
    TlsServerContext tls(options);
    Reloader reloader(loop, tls);  // before anybody knows the port
    http::Router router;
    router.add("GET", "/who", 0, [](http::Exchange& exchange) {
        const TlsPeer* const peer = exchange.proven_peer();
        exchange.answer.answer(200, "text/plain", peer == nullptr ? "nobody" : peer->subject);
        return http::answered();
    });
    const std::string large(3'000'000, 'x');
    router.add("GET", "/large", 0, [&large](http::Exchange& exchange) {
        exchange.answer.answer(200, "text/plain", large);
        return http::answered();
    });
    http::Server server(loop, router);
    server.when_not_served({.on_denied = {},
                            .on_turned_away = {},
                            .on_exhausted = {},
                            .on_not_secured = [](const Address&, const std::string& why) {
                                say("not secured: " + why);
                            }});
    Listener listener(Address::parse("127.0.0.1:0"));
    say(fmt::format("{}", listener.address().port()));
    server.accept_on(std::move(listener), [&tls] { return tls.accept(); });
    loop.run();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    return daemon::run_main("tls-server", [&] { return run(parse(count, words)); });
}
