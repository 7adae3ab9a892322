// Step 1, the first twenty lines: a UDP socket, and whatever comes is printed.

#include <fmt/core.h>
#include <sys/socket.h>

#include <string>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/socket_options.hh"

using namespace waymark;

int main(int argument_count, char** arguments) {
    return daemon::run_main("logrelay-1-print", [&] {
        const std::string where = argument_count > 1 ? arguments[1] : "127.0.0.1:5514";
        const net::Address address = net::Address::parse(where);
        const daemon::Fd socket(
            daemon::check(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
        daemon::check(::bind(socket.get(), address.data(), address.size()), "bind", where);
        fmt::print("messages at {}\n", net::local_address(socket).to_string());
        for (;;) {
            char bytes[2048];
            std::fflush(stdout);
            const auto count =
                daemon::check(::recv(socket.get(), bytes, sizeof bytes, 0), "recv", where);
            fmt::print("{}\n", std::string_view(bytes, static_cast<std::size_t>(count)));
        }
        return daemon::kExitOk;
    });
}
