#include "worker.hh"

#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <functional>

namespace waymark::httpd {

namespace {

std::vector<net::Listener> one(net::Listener listener) {
    std::vector<net::Listener> listeners;
    listeners.push_back(std::move(listener));
    return listeners;
}

void report(std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        fmt::print(stderr, "httpd: {}\n", exception.what());
    }
}

}  // namespace

Worker::Worker(const Options& options, net::Listener listener)
    : files_(options.root, {}),
      gate_(std::make_shared<net::ConnectionGate>(options.gate)),
      server_(loop_, router_, options.limits),
      door_(server_, one(std::move(listener)), gate_,
            std::make_shared<const net::AccessList>(net::Access::allow)) {
    router_.add("GET", "/*", 0, std::ref(files_));
    server_.when_handler_fails(report);
    server_.when_stopped([this] { loop_.stop(); });
}

void Worker::stop(daemon::Deadline deadline) {
    loop_.post([this, deadline] {
        door_.close();
        server_.stop(deadline);
    });
}

}  // namespace waymark::httpd
