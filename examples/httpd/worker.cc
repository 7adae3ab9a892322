#include "worker.hh"

#include <exception>
#include <functional>
#include <utility>

#include "daemon/error.hh"
#include "net/socket_options.hh"

namespace waymark::httpd {

namespace {

void report(const std::exception_ptr& thrown) {
    daemon::print_error("httpd", daemon::message_of(thrown));
}

}  // namespace

Worker::Worker(const Options& options)
    : files_(options.root, {}), server_(loop_, router_, options.limits) {
    router_.add("GET", "/*", 0, std::ref(files_));
    server_.when_handler_fails(report);
    server_.when_stopped([this] { loop_.stop(); });
}

Worker::Worker(const Options& options, net::Listener listener) : Worker(options) {
    server_.accept_on(std::move(listener));
}

void Worker::serve(daemon::Fd client) {
    const net::Address peer = net::peer_address(client);
    daemon::set_nonblocking(client, true);
    server_.serve(std::move(client), peer);
    while (server_.open_connections() > 0) loop_.run_once();
}

void Worker::stop(daemon::Deadline deadline) {
    loop_.post([this, deadline] { server_.stop(deadline); });
}

}  // namespace waymark::httpd
