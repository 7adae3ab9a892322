// httpd: a web server for the files of a directory, in two designs: event loops in threads of one
// process, or with --workers processes whose threads have one client each (prefork.hh). It says on
// which address it listens once it does, and ends with 0 after SIGTERM or SIGINT, when what was
// under way is done.

#include <fmt/core.h>
#include <signal.h>

#include <cstdio>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/listener.hh"
#include "options.hh"
#include "prefork.hh"
#include "worker.hh"

namespace {

using namespace waymark;
using httpd::Options;
using httpd::Worker;

// Ends the workers when a signal comes; with the second one whoever is still served is cut off.
// Lives on the first worker's loop.
class StopSignals final : private net::EventLoop::Watcher {
  public:
    StopSignals(std::vector<std::unique_ptr<Worker>>& workers, std::chrono::milliseconds patience)
        : workers_(workers), patience_(patience) {
        workers_.front()->loop().add(signals_.fd(), EPOLLIN, *this);
    }
    ~StopSignals() { workers_.front()->loop().remove(signals_.fd(), *this); }

  private:
    bool on_ready(std::uint32_t) override {
        bool took = false;
        while (signals_.next()) {
            took = true;
            const auto deadline = daemon::Deadline::after(std::exchange(patience_, {}));
            for (const auto& worker : workers_) worker->stop(deadline);
        }
        return took;
    }

    std::vector<std::unique_ptr<Worker>>& workers_;
    std::chrono::milliseconds patience_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT};
};

void tell_address(const net::Listener& listener) {
    fmt::print("listening on http://{}/\n", listener.address().to_string());
    std::fflush(stdout);
}

void serve_by_event_loops(const Options& options, const net::Listener& listener) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < options.threads; ++i)
        workers.push_back(
            std::make_unique<Worker>(options, net::Listener::adopt(listener.fd().duplicate())));
    const StopSignals signals(workers, options.stop_timeout);

    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers.size(); ++i)
        threads.emplace_back([&worker = *workers[i]] { worker.run(); });
    tell_address(listener);
    workers.front()->run();
}

int serve(const Options& options) {
    daemon::ignore_sigpipe();
    const net::Listener listener(options.listen);
    if (options.workers == 0)
        serve_by_event_loops(options, listener);
    else
        serve_by_processes(options, listener, [&] { tell_address(listener); });
    return daemon::kExitOk;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("httpd", [&] {
        const std::optional<Options> options = httpd::parse_options(argument_count, arguments);
        return options ? serve(*options) : daemon::kExitOk;
    });
}
