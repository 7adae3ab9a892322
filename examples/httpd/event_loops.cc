// The event design: a loop in each thread, and each accepts for itself.

#include <memory>
#include <thread>
#include <vector>

#include "designs.hh"
#include "signals.hh"

namespace waymark::httpd {

void serve_by_event_loops(Shared& shared, const std::vector<net::Listener>& listeners,
                          const WhenUp& when_up) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < shared.options.threads; ++i) {
        workers.push_back(std::make_unique<Worker>(shared));
        for (const net::Listener& listener : listeners)
            workers.back()->accept_on(net::Listener::adopt(listener.fd().duplicate()));
    }
    const SignalWatch signals(workers.front()->loop(), shared, shared.options.stop_timeout,
                              [&workers](daemon::Deadline deadline) {
                                  for (const auto& worker : workers) worker->stop(deadline);
                              });
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers.size(); ++i)
        threads.emplace_back([&worker = *workers[i]] { worker.run(); });
    when_up();
    workers.front()->run();
}

}  // namespace waymark::httpd
