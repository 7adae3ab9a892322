#include "daemon/notify.hh"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::daemon {

ServiceNotifier ServiceNotifier::from_environment() {
    const char* address = std::getenv("NOTIFY_SOCKET");
    ServiceNotifier notifier(address ? address : "");
    ::unsetenv("NOTIFY_SOCKET");
    return notifier;
}

bool ServiceNotifier::send(std::string_view lines) const {
    sockaddr_un address{};
    // A path ends with a zero byte; an abstract name may fill all there is.
    const std::size_t most = sizeof address.sun_path - (address_.starts_with('@') ? 0 : 1);
    if (address_.empty() || address_.size() > most) return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, address_.data(), address_.size());
    // An abstract name starts with a zero byte and ends where the length says, not at a zero.
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // Connected, so that poll(2) knows whose queue it waits for.
    if (!socket ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) == -1)
        return false;
    const Deadline deadline = Deadline::after(kPatience);
    while (::send(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL) == -1) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN || deadline.expired()) return false;
        pollfd room{socket.get(), POLLOUT, 0};
        ::poll(&room, 1, deadline.poll_timeout());
    }
    return true;
}

}  // namespace waymark::daemon
