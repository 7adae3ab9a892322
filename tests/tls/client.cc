// For tests/tls: a client of net/tls_socket for foreign servers. It sends a line, prints what comes
// back until the end, and says how that came.
//
//     tls-client PORT NAME AUTHORITIES [CHAIN KEY]

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <span>
#include <string>

#include "daemon/error.hh"
#include "net/connect.hh"
#include "net/tls_context.hh"
#include "net/tls_socket.hh"

using namespace waymark;
using namespace waymark::net;

namespace {

int tell(const char* what, const TlsSocket& socket) {
    fmt::print("{}: {}\n", what, socket.reason().words);
    return 1;
}

int run(int count, char** words) {
    if (count != 4 && count != 6)
        throw daemon::UsageError("tls-client PORT NAME AUTHORITIES [CHAIN KEY]");
    TlsClientOptions options{.authorities = words[3]};
    if (count == 6) options.identity = {words[4], words[5]};
    const TlsClientContext context(options);
    const Deadline deadline = Deadline::after(std::chrono::seconds(60));
    const Address address = Address::parse("127.0.0.1:" + std::string(words[1]));
    ConnectResult connected = connect_to_any(std::span(&address, 1), deadline);
    if (!connected.socket) throw daemon::UsageError(connected.error_text());
    TlsSocket socket(std::move(connected.socket), context.connect(words[2]));
    if (socket.handshake(deadline) != IoStatus::done) return tell("handshake", socket);
    fmt::print("{} {} {}\n", socket.session().version(), socket.session().cipher(),
               socket.peer()->subject);
    if (socket.write_all("hello\n", deadline).status != IoStatus::done)
        return tell("write", socket);
    if (socket.shutdown_write(deadline) != IoStatus::done) return tell("end", socket);
    std::array<std::byte, 4096> buffer;
    while (true) {
        const IoResult got = socket.read_some(buffer, deadline);
        fmt::print("{}", std::string_view(reinterpret_cast<const char*>(buffer.data()), got.count));
        if (got.status == IoStatus::end) break;
        if (got.status != IoStatus::done) return tell("read", socket);
    }
    fmt::print("end\n");
    return 0;
}

}  // namespace

int main(int count, char** words) {
    return daemon::run_main("tls-client", [&] { return run(count, words); });
}
