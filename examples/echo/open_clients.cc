#include "open_clients.hh"

#include <sys/socket.h>

namespace waymark::echo {

using daemon::Fd;

OpenClients::Place OpenClients::enter(Fd socket) {
    const std::lock_guard lock(mutex_);
    sockets_.push_front(std::move(socket));
    return Place(*this, sockets_.begin());
}

std::size_t OpenClients::size() const {
    const std::lock_guard lock(mutex_);
    return sockets_.size();
}

// Told under the lock: whoever waits may destroy the list as soon as he has it.
void OpenClients::leave(std::list<Fd>::iterator position) {
    const std::lock_guard lock(mutex_);
    sockets_.erase(position);
    if (sockets_.empty()) empty_.notify_all();
}

void OpenClients::end_all(daemon::Deadline grace) {
    std::unique_lock lock(mutex_);
    const auto all_gone = [this] { return sockets_.empty(); };
    for (const Fd& socket : sockets_) ::shutdown(socket.get(), SHUT_RD);
    if (empty_.wait_until(lock, grace.instant(), all_gone)) return;
    for (const Fd& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
    empty_.wait(lock, all_gone);
}

}  // namespace waymark::echo
