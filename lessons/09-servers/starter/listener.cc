// What happens between socket(2) and accept(2): five functions, each with its contract above it.

namespace {

// Write this. A listening socket at `address`: each step once, in this order.
//
//   1. socket(2): SOCK_STREAM of the address's family, SOCK_NONBLOCK and SOCK_CLOEXEC from birth.
//      Let an Fd own it at once.
//   2. For AF_UNIX (address.family()): prepare_unix(socket, address). No option is set.
//   3. For an IP address (address.is_ip()): allow_address_reuse(socket), from
//      net/socket_options.hh. For AF_INET6 also set_ipv6_only(socket, ...): true for
//      Families::ipv6_only and false for both, said in either case. No other option.
//   4. bind(2) to address.data(), address.size().
//   5. listen(2) with the caller's `backlog`, whatever it is.
//
// checked(result, "bind", address) throws ListenError if the result is -1, with the call's name; so
// for socket and listen. What the functions of socket_options throw goes to the caller as it is.
// Whatever is thrown, no descriptor is left open and nothing is tried again.
Fd listen_on(const Address&, Families, int) {
    fail(ENOSYS, "listen_on", "is not written yet");
}

}  // namespace

// Write this: what an errno of accept4(2) means (accept(2), ERRORS and "Error handling").
//
//   would_block: nobody is there.
//   exhausted:   no descriptor or no memory: EMFILE, ENFILE, ENOBUFS, ENOMEM.
//   again:       a signal came, the client has left, a firewall refused it, or an error of the
//                network that belongs to the new connection: EINTR, ECONNABORTED, EPERM, EPROTO,
//                ENOPROTOOPT, EOPNOTSUPP, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET,
//                ETIMEDOUT.
//   failure:     everything else: it is our own fault.
AcceptErrorKind classify_accept_error(int) {
    return AcceptErrorKind::failure;
}

// Write this. It takes over `socket`, if it listens (is_listening) and is a stream socket
// (type_of), from net/socket_options.hh. Anything else is refused: fail(EINVAL, "listener", ...),
// or what those two throw; it is closed then, and its flags are as they were. A listener becomes
// close-on-exec (fcntl(2), F_SETFD) and non-blocking (daemon::set_nonblocking); nothing else of it
// changes. Listener(std::move(socket)) makes the object.
Listener Listener::adopt(Fd) {
    fail(ENOSYS, "Listener::adopt", "is not written yet");
}

// Write this. One call of accept4(2) on socket_, with SOCK_NONBLOCK and SOCK_CLOEXEC; it never
// waits, never loops, and sets no option.
//
//   A client: {AcceptStatus::accepted, its Fd, its Address}. The address is what accept4 has
//   written, of the length that it says: Address(pointer to sockaddr, length). If spare_ owns
//   nothing it is made again: spare_ = make_spare().
//   -1: the errno is kept at once, and goes into error_number. By classify_accept_error():
//     would_block, again: that status; socket and peer are empty.
//     exhausted: that status, and `dropped` is what drop_one() says.
//     failure: fail(the errno, "accept4", address_.to_string()).
AcceptResult Listener::accept_one() {
    fail(ENOSYS, "Listener::accept_one", "is not written yet");
}

// Write this. No descriptor is left, but spare_ is one: close it, accept4(2) one client with the
// number that is free now, hang up on it (close(2), no more), and make_spare() again. One client at
// most, and never waiting. True if there was one. Where spare_ owns nothing: false, without a try.
bool Listener::drop_one() {
    return false;
}
