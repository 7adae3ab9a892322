// Finds an event loop that spins: a descriptor is ready in one round after the other, its watcher
// is told and takes nothing, and the loop does not sleep. Nothing fails and everybody is served, so
// nobody hears of it. The usual causes: EPOLLOUT is still asked for when there is nothing more to
// write, or a handler returns early and leaves what has come.
//
// The watchers themselves say whether they took something, so a busy one is not suspected, however
// long it is busy. One watcher at a time is under suspicion, which costs no memory for each; where
// more descriptors are ready than the loop hears of in a round, a spinning one may go unseen.

#pragma once

#include <cstdint>
#include <typeinfo>

#include "daemon/fd.hh"

namespace waymark::net {

class SpinCheck {
  public:
    // So many rounds in a row without anything taken; sleep between them is not seen. A socket that
    // several processes accept on may be ready in vain now and then: another one was faster.
    static constexpr int kMostInVain = 100'000;

    void round_begins();
    void told(const void* watcher, bool took);
    void removed(const void* watcher);
    // Asked before a watcher is told, because afterwards it may be gone.
    bool has_spun(const void* watcher) const {
        return watcher == suspect_ && in_vain_ >= kMostInVain;
    }

  private:
    void forget();

    const void* suspect_ = nullptr;
    int in_vain_ = 0;
    bool was_told_ = false;  // in this round
};

// Throws std::logic_error that names the descriptor, as `epoll` knows it, and the watcher's type.
[[noreturn]] void fail_spinning(const daemon::Fd& epoll, const void* watcher,
                                const std::type_info& type, std::uint32_t events);

}  // namespace waymark::net
