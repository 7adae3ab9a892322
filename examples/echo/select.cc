// 7. One thread for all, by select(2). Two sets of bits go in, and come out changed, so they are
// made anew for each call; and a set has room for the descriptors up to 1023. FD_SET beyond that
// writes behind the set, so such a client is refused here.

#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "echo_loop.hh"

using namespace waymark;
using namespace waymark::echo;

namespace {

class BySelect final : public Readiness {
  public:
    bool watch(int number, Wait wait) override {
        if (number >= FD_SETSIZE) return false;
        forget(number);
        FD_SET(number, wait == Wait::to_read ? &reading_ : &writing_);
        highest_ = std::max(highest_, number);
        return true;
    }

    void forget(int number) override {
        FD_CLR(number, &reading_);
        FD_CLR(number, &writing_);
    }

    std::span<const int> ready(daemon::Deadline deadline) override {
        fd_set readable = reading_;
        fd_set writable = writing_;
        timeval left = deadline.select_timeout();
        const int count = ::select(highest_ + 1, &readable, &writable, nullptr, &left);
        ready_.clear();
        if (count < 0 && errno != EINTR) daemon::check(count, "select");
        for (int number = 0; count > 0 && number <= highest_; ++number)
            if (FD_ISSET(number, &readable) || FD_ISSET(number, &writable))
                ready_.push_back(number);
        return ready_;
    }

  private:
    fd_set reading_{};
    fd_set writing_{};
    int highest_ = -1;
    std::vector<int> ready_;
};

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-select", argument_count, arguments,
               [](const Options& options, Listener listener) {
                   BySelect readiness;
                   serve_by_loop("echo-select", options, std::move(listener), readiness);
               });
}
