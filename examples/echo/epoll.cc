// 9. One thread for all, by epoll(7). The kernel keeps the list, a change of it is a call, and the
// answer holds those that are ready and no others: a client that says nothing costs nothing.

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <unordered_set>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "echo_loop.hh"

using namespace waymark;
using namespace waymark::echo;

namespace {

class ByEpoll final : public Readiness {
  public:
    bool watch(int number, Wait wait) override {
        epoll_event event = {};
        event.events = wait == Wait::to_read ? EPOLLIN : EPOLLOUT;
        event.data.fd = number;
        const int change = watched_.insert(number).second ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        if (::epoll_ctl(epoll_.get(), change, number, &event) == 0) return true;
        if (change == EPOLL_CTL_ADD) watched_.erase(number);
        return false;  // no memory, or max_user_watches (epoll(7)) is reached
    }

    void forget(int number) override {
        if (watched_.erase(number) > 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, number, nullptr);
    }

    std::span<const int> ready(daemon::Deadline deadline) override {
        std::array<epoll_event, 256> events;
        const int count =
            ::epoll_wait(epoll_.get(), events.data(), events.size(), deadline.poll_timeout());
        ready_.clear();
        if (count < 0 && errno != EINTR) daemon::check(count, "epoll_wait");
        for (int i = 0; i < count; ++i)
            ready_.push_back(events[static_cast<std::size_t>(i)].data.fd);
        return ready_;
    }

  private:
    daemon::Fd epoll_{daemon::check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    std::unordered_set<int> watched_;
    std::vector<int> ready_;
};

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-epoll", argument_count, arguments,
               [](const Options& options, Listener listener) {
                   ByEpoll readiness;
                   serve_by_loop("echo-epoll", options, std::move(listener), readiness);
               });
}
