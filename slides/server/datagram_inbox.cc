#include "slides/server/datagram_inbox.hh"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>

#include "daemon/error.hh"

namespace waymark::slides {

DatagramInbox::DatagramInbox(const std::filesystem::path& folder, std::string_view name,
                             bool wanted) {
    const std::string path = (folder / name).string();
    sockaddr_un address{};
    if (!wanted || path.size() >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    socket_ = daemon::Fd(daemon::check(
        ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket", path));
    daemon::check(
        ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind",
        path);
    path_ = path;
}

std::optional<std::string> DatagramInbox::next() {
    if (!socket_) return {};
    std::array<char, kLongestLine + 1> line;
    const ssize_t length = ::recv(socket_.get(), line.data(), line.size(), 0);
    if (length < 0) return {};
    return std::string(line.data(), static_cast<std::size_t>(length));
}

}  // namespace waymark::slides
