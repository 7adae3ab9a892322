#include "net/connect_on_loop.hh"

#include <cassert>
#include <utility>

namespace waymark::net {

ConnectOnLoop::ConnectOnLoop(EventLoop& loop, std::span<const Address> addresses, Deadline deadline)
    : loop_(loop),
      attempts_(addresses, deadline),
      timer_(loop.timers(), [this] { advance(); }) {
    assert(!addresses.empty());
}

ConnectOnLoop::~ConnectOnLoop() {
    stop_watching();
}

void ConnectOnLoop::await_suspend(std::coroutine_handle<> coroutine) {
    resumable_.coroutine = coroutine;
    advance();
}

ConnectResult ConnectOnLoop::await_resume() {
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    return attempts_.take_result(SocketMode::nonblocking);
}

bool ConnectOnLoop::on_ready(std::uint32_t) {
    advance();
    return true;  // one that is ready has failed, has won, or is begun anew
}

// What is thrown belongs to the coroutine, not to whoever runs the loop.
void ConnectOnLoop::advance() noexcept {
    stop_watching();  // advance() closes sockets
    try {
        attempts_.advance();
        if (!attempts_.is_over()) return watch();
    } catch (...) {
        thrown_ = std::current_exception();
        stop_watching();
    }
    loop_.schedule(resumable_);
}

void ConnectOnLoop::watch() {
    watched_.reserve(attempts_.waiting().size());
    for (const Fd* socket : attempts_.waiting()) {
        loop_.add(*socket, EPOLLOUT, *this);
        watched_.push_back(socket);
    }
    timer_.set(attempts_.look_again());
}

void ConnectOnLoop::stop_watching() {
    timer_.cancel();
    for (const Fd* socket : watched_) loop_.remove(*socket, *this);
    watched_.clear();
}

}  // namespace waymark::net
