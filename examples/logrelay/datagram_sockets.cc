#include "datagram_sockets.hh"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/error.hh"
#include "net/socket_options.hh"

namespace waymark::logrelay {

using daemon::check;
using daemon::Fd;

namespace {

constexpr int kReceiveBuffer = 4 * 1024 * 1024;

Fd datagram_socket(int family) {
    return Fd(check(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket",
                    "for datagrams"));
}

// To a socket file whose server has ended, connect(2) says ECONNREFUSED.
void remove_left_file(const net::Address& address, const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == -1 || !S_ISSOCK(status.st_mode)) return;
    const Fd probe = datagram_socket(AF_UNIX);
    if (::connect(probe.get(), address.data(), address.size()) == -1 && errno == ECONNREFUSED)
        ::unlink(path.c_str());
}

void bind_to(const Fd& socket, const net::Address& address, const std::string& name) {
    check(::bind(socket.get(), address.data(), address.size()), "bind", name);
    net::set_receive_buffer(socket, kReceiveBuffer);
}

}  // namespace

Fd open_udp(const net::Address& address) {
    Fd socket = datagram_socket(address.family());
    if (address.family() == AF_INET6) net::set_ipv6_only(socket, !address.is_any());
    bind_to(socket, address, address.to_string());
    return socket;
}

Fd open_local(const std::string& path) {
    const net::Address address = net::Address::parse("unix:" + path);
    remove_left_file(address, path);
    Fd socket = datagram_socket(AF_UNIX);
    // Before bind(2), so that the file never has another mode, whatever the umask.
    const mode_t umask = ::umask(0);
    const int changed = ::fchmod(socket.get(), 0666);
    const int bound = changed == -1 ? -1 : ::bind(socket.get(), address.data(), address.size());
    const int error_number = errno;
    ::umask(umask);
    if (bound == -1) daemon::fail(error_number, "bind", path);
    net::set_receive_buffer(socket, kReceiveBuffer);
    return socket;
}

}  // namespace waymark::logrelay
