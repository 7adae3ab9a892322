// Step 3: every message goes to every client that has connected, as a frame. The write blocks: one
// client that does not read stops the messages of all.

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "daemon/error.hh"
#include "datagram_sockets.hh"
#include "local_host.hh"
#include "net/listener.hh"
#include "net/socket_options.hh"
#include "octet_frames.hh"
#include "syslog_reader.hh"

using namespace waymark;
using namespace waymark::logrelay;

namespace {

void send_to_all(std::vector<daemon::Fd>& clients, const std::string& frame) {
    std::erase_if(clients, [&](const daemon::Fd& client) {
        std::size_t sent = 0;
        while (sent < frame.size()) {
            const ssize_t count =
                ::send(client.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
            if (count == -1) return true;  // gone
            sent += static_cast<std::size_t>(count);
        }
        return false;
    });
}

void take_client(net::Listener& listener, std::vector<daemon::Fd>& clients) {
    net::AcceptResult client = listener.accept_one();
    if (client.status != net::AcceptStatus::accepted) return;
    daemon::set_nonblocking(client.socket, false);
    clients.push_back(std::move(client.socket));
    fmt::print("a client\n");
}

void copy_message(const daemon::Fd& socket, std::vector<daemon::Fd>& clients) {
    char bytes[8192];
    const ssize_t count = ::recv(socket.get(), bytes, sizeof bytes, 0);
    if (count == -1) return;
    const SyslogMessage message =
        read_syslog({bytes, static_cast<std::size_t>(count)}, {false, "sender", local_now()});
    std::string frame;
    append_frame(frame, to_rfc5424(message));
    send_to_all(clients, frame);
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("logrelay-3-copy", [&] {
        const std::string where = argument_count > 1 ? arguments[1] : "127.0.0.1:5514";
        const daemon::Fd socket = open_udp(net::Address::parse(where));
        net::Listener listener(
            net::Address::parse(argument_count > 2 ? arguments[2] : "127.0.0.1:6514"));
        std::vector<daemon::Fd> clients;
        fmt::print("messages at {}\nclients at {}\n", net::local_address(socket).to_string(),
                   listener.address().to_string());
        for (;;) {
            std::fflush(stdout);
            pollfd ready[] = {{socket.get(), POLLIN, 0}, {listener.fd().get(), POLLIN, 0}};
            daemon::check(::poll(ready, 2, -1), "poll");
            if (ready[1].revents != 0) take_client(listener, clients);
            if (ready[0].revents != 0) copy_message(socket, clients);
        }
        return daemon::kExitOk;
    });
}
