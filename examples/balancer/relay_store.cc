#include "relay_store.hh"

#include <system_error>
#include <utility>

namespace waymark::balancer {

std::unique_ptr<daemon::Pipe> RelayStore::take_pipe() {
    if (!pipes_.empty()) {
        std::unique_ptr<daemon::Pipe> pipe = std::move(pipes_.back());
        pipes_.pop_back();
        return pipe;
    }
    try {
        auto pipe = std::make_unique<daemon::Pipe>(daemon::make_pipe());
        daemon::set_nonblocking(pipe->reading, true);
        daemon::set_nonblocking(pipe->writing, true);
        return pipe;
    } catch (const std::system_error&) {
        return nullptr;
    }
}

void RelayStore::give_back(std::unique_ptr<daemon::Pipe> pipe) {
    if (pipes_.size() < kMostIdlePipes) pipes_.push_back(std::move(pipe));
}

}  // namespace waymark::balancer
