#include "slides/server/step_gate.hh"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>

#include "daemon/error.hh"

namespace waymark::slides {

namespace {

constexpr int kBacklog = 64;

}  // namespace

StepGate::StepGate(const std::filesystem::path& folder) {
    const std::string path = (folder / "steps").string();
    sockaddr_un name{};
    if (path.size() >= sizeof name.sun_path) return;
    name.sun_family = AF_UNIX;
    std::ranges::copy(path, name.sun_path);
    listener_ = daemon::Fd(daemon::check(
        ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket", path));
    daemon::check(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name),
                  "bind", path);
    daemon::check(::listen(listener_.get(), kBacklog), "listen", path);
    path_ = path;
}

std::size_t StepGate::take_in() {
    // Who was killed while it waited has closed its end.
    std::erase_if(waiting_, [](const daemon::Fd& client) {
        char byte;
        return ::recv(client.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
    });
    std::size_t count = 0;
    for (;;) {
        const int client = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (client == -1) return count;
        waiting_.emplace_back(client);
        ++count;
    }
}

}  // namespace waymark::slides
