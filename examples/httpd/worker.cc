#include "worker.hh"

#include <exception>
#include <functional>

#include "daemon/error.hh"

namespace waymark::httpd {

namespace {

void report(const std::exception_ptr& thrown) {
    daemon::print_error("httpd", daemon::message_of(thrown));
}

}  // namespace

Worker::Worker(const Options& options, net::Listener listener)
    : files_(options.root, {}),
      server_(loop_, router_, options.limits) {
    router_.add("GET", "/*", 0, std::ref(files_));
    server_.when_handler_fails(report);
    server_.when_stopped([this] { loop_.stop(); });
    server_.accept_on(std::move(listener));
}

void Worker::stop(daemon::Deadline deadline) {
    loop_.post([this, deadline] { server_.stop(deadline); });
}

}  // namespace waymark::httpd
