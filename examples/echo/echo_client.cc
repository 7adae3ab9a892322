#include "echo_client.hh"

#include <sys/socket.h>

#include <cerrno>

#include "net/timed_io.hh"

namespace waymark::echo {

namespace {

bool may_come_later(int error) {
    return net::classify_io_error(error) == net::IoErrorKind::try_again;
}

}  // namespace

bool EchoClient::advance(std::span<char> buffer) {
    if (!rest_.empty()) {
        const ssize_t sent = send_some(rest_);
        if (sent < 0) return false;
        rest_.erase(0, static_cast<std::size_t>(sent));
        if (rest_.empty()) rest_.shrink_to_fit();
        return true;
    }
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) return may_come_later(errno);
    if (got == 0) return false;
    const std::span<const char> bytes = buffer.first(static_cast<std::size_t>(got));
    const ssize_t sent = send_some(bytes);
    if (sent < 0) return false;
    if (sent < got) rest_.assign(bytes.begin() + sent, bytes.end());
    return true;
}

ssize_t EchoClient::send_some(std::span<const char> bytes) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && may_come_later(errno)) return 0;
    return sent;
}

void EchoClient::end() {
    ::shutdown(socket_.get(), SHUT_RD);
}

}  // namespace waymark::echo
