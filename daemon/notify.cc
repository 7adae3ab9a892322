#include "daemon/notify.hh"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

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
    if (address_.empty() || address_.size() >= sizeof address.sun_path) return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, address_.data(), address_.size());
    // An abstract name starts with a zero byte and ends where the length says, not at a zero.
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return socket && ::sendto(socket.get(), lines.data(), lines.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), length) != -1;
}

}  // namespace waymark::daemon
