// logrelay-client: takes messages from a logrelay and hands them to the system log of this machine,
// or writes them to standard output. It connects again when the connection ends, and goes on where
// it was. SIGTERM ends it, SIGHUP reads the certificates again, SIGUSR1 writes a line of counts
// into its log.

#include <signal.h>

#include <cstdlib>
#include <exception>
#include <optional>

#include "client_options.hh"
#include "daemon/daemonize.hh"
#include "daemon/error.hh"
#include "daemon/log.hh"
#include "daemon/signals.hh"
#include "net/event_loop.hh"
#include "receiver.hh"

namespace waymark::logrelay {

namespace {

class ClientSignals final : private net::EventLoop::Watcher {
  public:
    ClientSignals(net::EventLoop& loop, Receiver& receiver) : loop_(loop), receiver_(receiver) {
        loop_.add(signals_.fd(), EPOLLIN, *this);
    }
    ~ClientSignals() { loop_.remove(signals_.fd(), *this); }

  private:
    bool on_ready(std::uint32_t) override {
        bool took = false;
        while (const std::optional<int> signal = signals_.next()) {
            took = true;
            if (*signal == SIGUSR1)
                receiver_.log_counts();
            else if (*signal == SIGHUP)
                receiver_.reload();
            else
                loop_.stop();
        }
        return took;
    }

    net::EventLoop& loop_;
    Receiver& receiver_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGHUP, SIGUSR1};
};

int receive_messages(const ClientOptions& options) {
    daemon::ignore_sigpipe();
    daemon::open_standard_descriptors();
    const bool has_journal = std::getenv("JOURNAL_STREAM") != nullptr;  // systemd.exec(5)
    daemon::Log log(
        {.target = has_journal ? daemon::LogTarget::journal : daemon::LogTarget::standard_error,
         .program = "logrelay-client"});
    daemon::Readiness readiness = daemon::Readiness::foreground();
    // Blocked before there are threads, or one of those takes the signal.
    const daemon::SignalMask mask{SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    net::EventLoop loop;
    Receiver receiver(loop, options, log);
    ClientSignals signals(loop, receiver);
    readiness.ready();
    loop.run();
    readiness.stopping();
    receiver.keep_place();
    if (receiver.error()) std::rethrow_exception(receiver.error());
    return daemon::kExitOk;
}

}  // namespace

}  // namespace waymark::logrelay

int main(int argument_count, char** arguments) {
    return waymark::daemon::run_main("logrelay-client", [&] {
        const auto options = waymark::logrelay::parse_client_options(argument_count, arguments);
        return options ? waymark::logrelay::receive_messages(*options) : waymark::daemon::kExitOk;
    });
}
