// Step 2: what comes is taken apart (syslog_reader) and written anew, as one line of RFC 5424.

#include <fmt/core.h>
#include <sys/socket.h>

#include <string>

#include "daemon/error.hh"
#include "local_host.hh"
#include "net/address.hh"
#include "net/socket_options.hh"
#include "syslog_reader.hh"

using namespace waymark;
using namespace waymark::logrelay;

int main(int argument_count, char** arguments) {
    return daemon::run_main("logrelay-2-read", [&] {
        const std::string where = argument_count > 1 ? arguments[1] : "127.0.0.1:5514";
        const net::Address address = net::Address::parse(where);
        const daemon::Fd socket(
            daemon::check(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
        daemon::check(::bind(socket.get(), address.data(), address.size()), "bind", where);
        fmt::print("messages at {}\n", net::local_address(socket).to_string());
        for (;;) {
            char bytes[2048];
            std::fflush(stdout);
            sockaddr_storage from{};
            socklen_t length = sizeof from;
            const auto count =
                daemon::check(::recvfrom(socket.get(), bytes, sizeof bytes, 0,
                                         reinterpret_cast<sockaddr*>(&from), &length),
                              "recvfrom", where);
            const net::Address sender(reinterpret_cast<sockaddr*>(&from), length);
            const std::string host = sender.unmapped().host_text();
            const SyslogMessage message =
                read_syslog({bytes, static_cast<std::size_t>(count)}, {false, host, local_now()});
            fmt::print("{}\n", to_rfc5424(message));
        }
        return daemon::kExitOk;
    });
}
