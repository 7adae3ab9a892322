#include "net/acceptor.hh"

#include <cerrno>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

namespace waymark::net {

namespace {
// A crowd that comes at once must not keep those who are here from being served.
constexpr int kClientsPerRound = 64;
}  // namespace

Acceptor::Acceptor(EventLoop& loop, Listener listener, OnClient on_client,
                   std::function<void(int)> on_exhausted)
    : loop_(loop),
      listener_(std::move(listener)),
      on_client_(std::move(on_client)),
      on_exhausted_(std::move(on_exhausted)),
      again_(loop.timers(), [this] { watch_now_or_later(); }) {
    watch();
}

Acceptor::~Acceptor() {
    unwatch();
}

void Acceptor::pause() {
    paused_ = true;
    unwatch();
}

void Acceptor::resume() {
    if (!std::exchange(paused_, false)) return;
    if (!again_.is_set()) watch_now_or_later();
}

bool Acceptor::on_ready(std::uint32_t) {
    for (int i = 0; i < kClientsPerRound && watched_; ++i) {
        AcceptResult result = listener_.accept_one();
        switch (result.status) {
            case AcceptStatus::accepted:
                back_off_.succeeded();
                bring(std::move(result));
                break;
            case AcceptStatus::again:
                break;
            case AcceptStatus::exhausted:
                exhausted(result.error_number);
                return true;  // from now on it is not watched
            case AcceptStatus::would_block:
                has_seen_nobody_ = true;
                return i > 0;
        }
    }
    return true;
}

// One client more that cannot be had is hung up on; the others stay.
void Acceptor::bring(AcceptResult client) {
    try {
        on_client_(std::move(client.socket), client.peer.unmapped());
    } catch (const std::bad_alloc&) {
        exhausted(ENOMEM);
    } catch (const std::system_error& error) {
        exhausted(error.code().value());
    } catch (...) {  // a mistake of who was told, and no reason to keep the others waiting
    }
}

// First the pause, then the word: who has no memory for what he says must not stop the server.
void Acceptor::exhausted(int error_number) {
    const daemon::Deadline pause = back_off_.exhausted(loop_.now());
    const bool begins = pause <= daemon::Deadline::after(AcceptBackOff::kFirstPause, loop_.now());
    unwatch();
    again_.set(pause);
    if (!begins || !on_exhausted_) return;
    try {
        on_exhausted_(error_number);
    } catch (const std::bad_alloc&) {
    }
}

void Acceptor::watch() {
    if (watched_ || paused_) return;
    loop_.add(listener_.fd(), EPOLLIN | EPOLLEXCLUSIVE, *this);
    watched_ = true;
}

// epoll has no place either when memory or its own limit is used up (ENOMEM, ENOSPC).
void Acceptor::watch_now_or_later() {
    try {
        watch();
    } catch (const std::system_error& error) {
        exhausted(error.code().value());
    } catch (const std::bad_alloc&) {
        exhausted(ENOMEM);  // there was not even enough to say what epoll lacks
    }
}

void Acceptor::unwatch() {
    if (!std::exchange(watched_, false)) return;
    loop_.remove(listener_.fd(), *this);
}

}  // namespace waymark::net
