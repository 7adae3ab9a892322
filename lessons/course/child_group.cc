#include "lessons/course/child_group.hh"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <optional>

#include "daemon/error.hh"

namespace waymark::course {

pid_t ChildGroup::start(const std::function<int()>& body) {
    auto child = std::make_unique<ChildProcess>(body, SIGTERM);
    const pid_t pid = child->pid();
    children_.insert_or_assign(pid, std::move(child));
    return pid;
}

std::vector<ChildGroup::Ended> ChildGroup::reap() {
    std::vector<Ended> ended;
    for (auto child = children_.begin(); child != children_.end();) {
        if (!child->second->has_ended()) {
            ++child;
            continue;
        }
        if (const std::optional<Ending> ending = child->second->collect())
            ended.push_back({child->first, *ending});
        child = children_.erase(child);
    }
    return ended;
}

void ChildGroup::end_all(daemon::Deadline grace) {
    for (const auto& [pid, child] : children_) {
        child->signal(SIGTERM);
        child->signal(SIGCONT);  // a stopped one gets its SIGTERM when it goes on
    }
    for (const auto& [pid, child] : children_) {
        pollfd ended{child->process().get(), POLLIN, 0};
        int ready = -1;
        while ((ready = ::poll(&ended, 1, grace.poll_timeout())) == -1 && errno == EINTR) {
        }
        daemon::check(ready, "poll");
    }
    children_.clear();
}

}  // namespace waymark::course
