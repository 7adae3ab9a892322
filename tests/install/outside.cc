// A program of somebody else's, built from what is installed and nothing else: a listener, a client
// of it, and a line that goes over, each wait with a deadline.

#include <fmt/core.h>

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>

#include "daemon/error.hh"
#include "net/connect.hh"
#include "net/listener.hh"
#include "net/timed_io.hh"

int main() {
    using namespace waymark;
    return daemon::run_main("outside", [] {
        const daemon::Deadline deadline = daemon::Deadline::after(std::chrono::seconds(30));
        net::Listener listener(net::Address::parse("127.0.0.1:0"));
        const net::ConnectResult client = net::connect_to(listener.address(), deadline);
        if (client.status != net::ConnectStatus::connected)
            throw std::runtime_error(client.error_text());
        net::wait_readable(listener.fd(), deadline);
        const net::AcceptResult accepted = listener.accept_one();
        net::write_all(client.socket, "from outside\n", deadline);
        std::string line(12, ' ');
        net::read_exactly(accepted.socket, std::as_writable_bytes(std::span(line)), deadline);
        fmt::print("heard: {}\n", line);
        return daemon::kExitOk;
    });
}
