#include "net/notice.hh"

#include <utility>

namespace waymark::net {

void Notice::tell_all() {
    const std::vector<Wait*> told = std::exchange(waiting_, {});
    for (Wait* wait : told) wait->finish(true);
}

void Notice::Wait::await_suspend(std::coroutine_handle<> coroutine) {
    resumable_.coroutine = coroutine;
    notice_.waiting_.push_back(this);
    timer_.set(deadline_);
}

void Notice::Wait::finish(bool told) {
    told_ = told;
    timer_.cancel();
    leave();
    notice_.loop_.schedule(resumable_);
}

}  // namespace waymark::net
