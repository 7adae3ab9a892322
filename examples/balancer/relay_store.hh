// What all connections of a loop share so that none of them needs it for itself: one buffer,
// through which bytes pass that find room at once on the other side, and pipes for splice(2). Ten
// thousand idle connections then hold no buffer and no pipe.

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "daemon/fd.hh"

namespace waymark::balancer {

enum class Transfer {
    copy,       // recv(2) and send(2)
    splice,     // pages go through a pipe, and are not copied to us
    automatic,  // splice while a direction fills the whole buffer
};

class RelayStore {
  public:
    // What a direction may hold at most: so many bytes that the other side has not taken. Also what
    // a pipe holds (pipe(7)).
    static constexpr std::size_t kBufferBytes = 64 * 1024;
    static constexpr std::size_t kMostIdlePipes = 32;

    explicit RelayStore(Transfer transfer) : transfer_(transfer) {}
    RelayStore(const RelayStore&) = delete;
    RelayStore& operator=(const RelayStore&) = delete;

    Transfer transfer() const { return transfer_; }
    // For one read and the write behind it; nobody keeps anything here over a wait.
    std::span<char> scratch() { return *scratch_; }

    // An empty pipe, non-blocking; null if the system gives none: then bytes are copied.
    std::unique_ptr<daemon::Pipe> take_pipe();
    // Empty again. One that is not must be destroyed instead.
    void give_back(std::unique_ptr<daemon::Pipe> pipe);

    std::size_t idle_pipes() const { return pipes_.size(); }

  private:
    Transfer transfer_;
    std::unique_ptr<std::array<char, kBufferBytes>> scratch_ =
        std::make_unique<std::array<char, kBufferBytes>>();
    std::vector<std::unique_ptr<daemon::Pipe>> pipes_;
};

}  // namespace waymark::balancer
