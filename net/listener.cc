#include "net/listener.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "daemon/error.hh"
#include "net/connect.hh"
#include "net/socket_options.hh"

namespace waymark::net {

using daemon::check;
using daemon::fail;

namespace {

constexpr std::chrono::seconds kStaleCheck(1);

// No file, for a process may serve that may open none.
Fd make_spare() {
    return Fd(::eventfd(0, EFD_CLOEXEC));
}

// This and prepare_unix() are for listen_on(). Whoever writes that anew, in lesson 09, may do
// without them, and begins without a call of either.
[[maybe_unused]] int checked(int result, std::string_view call, const Address& address) {
    if (result == -1) throw ListenError(errno, call, address);
    return result;
}

// A server that was killed leaves its socket's file, and bind would say "in use" for ever. Only a
// socket at which nobody answers is removed.
void remove_stale_file(const Address& address) {
    const std::string path = address.unix_path();
    struct stat status {};
    if (!path.starts_with('/') || ::lstat(path.c_str(), &status) == -1 || !S_ISSOCK(status.st_mode))
        return;
    const ConnectResult answer = connect_to(address, Deadline::after(kStaleCheck));
    if (answer.status == ConnectStatus::refused) ::unlink(path.c_str());
}

[[maybe_unused]] void prepare_unix(const Fd& socket, const Address& address) {
    remove_stale_file(address);
    // Before bind: the file then never exists with a wider mode, which chmod(2) after it would
    // leave a moment for. Linux takes the mode from the socket (unix(7) does not promise it
    // elsewhere).
    check(::fchmod(socket.get(), 0600), "fchmod", address.to_string());
}

}  // namespace

std::string_view listen_advice(int error_number, const Address& address) {
    const bool is_unix = address.family() == AF_UNIX;
    switch (error_number) {
        case EADDRINUSE:
            return is_unix
                       ? "a server answers there, or the file is not a stream socket: stop it or "
                         "choose another path"
                       : "stop the program that has it (see: ss -ltnp) or choose another port";
        case EACCES:
        case EPERM:
            return is_unix ? "choose a folder that this user may write to"
                           : "ports below 1024 are for root: start as root or choose another port";
        case EADDRNOTAVAIL:
            return "this machine does not have that address (see: ip address)";
        case EAFNOSUPPORT:
            return "this machine has no such addresses: for IPv4 alone say 0.0.0.0 or 127.0.0.1";
        case ENOENT:
        case ENOTDIR:
            return "make its folder first";
        default:
            return "";
    }
}

ListenError::ListenError(int error_number, std::string_view call, const Address& address)
    : std::system_error(error_number, std::generic_category()),
      message_(
          fmt::format("{} {}: {}", call, address.to_string(), daemon::error_text(error_number))) {
    const std::string_view advice = listen_advice(error_number, address);
    if (!advice.empty()) message_ += fmt::format("; {}", advice);
}

namespace {
Fd listen_on(const Address& address, Families families, int backlog);
}

Listener::Listener(const Address& address, Families families, int backlog)
    : Listener(listen_on(address, families, backlog)) {}

Listener::Listener(Fd socket)
    : socket_(std::move(socket)), address_(local_address(socket_)), spare_(make_spare()) {}

void Listener::close() {
    socket_.reset();
    spare_.reset();
}

//#region exercise-09
namespace {

//#region listen
Fd listen_on(const Address& address, Families families, int backlog) {
    Fd socket(
        checked(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),  //@ 1..
                "socket", address));                                                        //@ ..1
    if (address.family() == AF_UNIX) prepare_unix(socket, address);
    if (address.is_ip()) allow_address_reuse(socket);                                //@ 2
    if (address.family() == AF_INET6)                                                //@ 3..
        set_ipv6_only(socket, families == Families::ipv6_only);                      //@ ..3
    checked(::bind(socket.get(), address.data(), address.size()), "bind", address);  //@ 4
    // With SO_REUSEADDR two sockets may bind one port; the second to listen is refused here.
    checked(::listen(socket.get(), backlog), "listen", address);  //@ 5
    return socket;
}
//#endregion listen

}  // namespace

//#region classify
AcceptErrorKind classify_accept_error(int error_number) {
    switch (error_number) {
        case EAGAIN:
            return AcceptErrorKind::would_block;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            return AcceptErrorKind::exhausted;
        case EINTR:
        case ECONNABORTED:  // the client left while it waited
        case EPERM:         // a firewall rule refused it
        // Errors of the network that belong to the new connection (accept(2), "Error handling").
        case EPROTO:
        case ENOPROTOOPT:
        case EOPNOTSUPP:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ENONET:
        case ETIMEDOUT:
            return AcceptErrorKind::again;
        default:
            return AcceptErrorKind::failure;
    }
}
//#endregion classify

Listener Listener::adopt(Fd socket) {
    const std::string name = fmt::format("descriptor {}", socket.get());
    if (!is_listening(socket) || type_of(socket) != SOCK_STREAM) fail(EINVAL, "listener", name);
    check(::fcntl(socket.get(), F_SETFD, FD_CLOEXEC), "fcntl F_SETFD", name);
    daemon::set_nonblocking(socket, true);
    return Listener(std::move(socket));
}

AcceptResult Listener::accept_one() {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;  // in: the room there is; out: what was used
    //#region accept
    Fd client(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size,  //@ 1..
                        SOCK_NONBLOCK | SOCK_CLOEXEC));                            //@ ..1
    const int error_number = errno;
    if (client) {
        if (!spare_) spare_ = make_spare();
        const Address address(reinterpret_cast<const sockaddr*>(&peer), size);
        return {AcceptStatus::accepted, std::move(client), address};
    }
    switch (classify_accept_error(error_number)) {  //@ 2
        case AcceptErrorKind::would_block:
            return {AcceptStatus::would_block, Fd(), Address(), error_number};
        case AcceptErrorKind::again:
            return {AcceptStatus::again, Fd(), Address(), error_number};
        case AcceptErrorKind::exhausted:
            return {AcceptStatus::exhausted, Fd(), Address(), error_number, drop_one()};  //@ 3
        case AcceptErrorKind::failure:
            break;
    }
    //#endregion accept
    fail(error_number, "accept4", address_.to_string());
}

//#region drop
// Another thread may take the freed number first; then nobody is dropped this time.
bool Listener::drop_one() {
    if (!spare_) return false;
    spare_.reset();                                                                       //@ 1
    Fd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));  //@ 2
    const bool dropped = static_cast<bool>(client);
    client.reset();         //@ 3
    spare_ = make_spare();  //@ 4
    return dropped;
}
//#endregion drop
//#endregion exercise-09

}  // namespace waymark::net
