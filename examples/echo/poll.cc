// 8. One thread for all, by poll(2). The list has no upper end, and what is asked and what is
// answered stand in different fields. The whole list still goes into the kernel with each call, and
// is looked through afterwards, also for one client that is ready among ten thousand.

#include <poll.h>

#include <cerrno>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "echo_loop.hh"

using namespace waymark;
using namespace waymark::echo;

namespace {

class ByPoll final : public Readiness {
  public:
    bool watch(int number, Wait wait) override {
        const auto [place, is_new] = places_.try_emplace(number, asked_.size());
        if (is_new) asked_.push_back({number, 0, 0});
        asked_[place->second].events = wait == Wait::to_read ? POLLIN : POLLOUT;
        return true;
    }

    // The last one takes the place that becomes free.
    void forget(int number) override {
        const auto place = places_.find(number);
        if (place == places_.end()) return;
        asked_[place->second] = asked_.back();
        places_[asked_.back().fd] = place->second;
        asked_.pop_back();
        places_.erase(number);
    }

    std::span<const int> ready(daemon::Deadline deadline) override {
        const int count = ::poll(asked_.data(), asked_.size(), deadline.poll_timeout());
        ready_.clear();
        if (count < 0 && errno != EINTR) daemon::check(count, "poll");
        if (count <= 0) return ready_;
        for (const pollfd& each : asked_)
            if (each.revents != 0) ready_.push_back(each.fd);
        return ready_;
    }

  private:
    std::vector<pollfd> asked_;
    std::unordered_map<int, std::size_t> places_;  // of each descriptor in asked_
    std::vector<int> ready_;
};

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-poll", argument_count, arguments,
               [](const Options& options, Listener listener) {
                   ByPoll readiness;
                   serve_by_loop("echo-poll", options, std::move(listener), readiness);
               });
}
