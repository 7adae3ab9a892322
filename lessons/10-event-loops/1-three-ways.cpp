// One loop, and three ways to learn who is ready: select(2), poll(2), epoll(7). One client talks,
// the others are silent. The loop is the same code for all three.
//
// Look at how many entries are looked at for one request, and at the time, from row to row.

#include <sys/resource.h>
#include <sys/select.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

constexpr int kRequests = 200;

class Readiness {
  public:
    virtual ~Readiness() = default;
    virtual bool watch(int number) = 0;           // false: it cannot
    virtual const std::vector<int>& ready() = 0;  // waits

    std::size_t looked_at = 0;  // entries, by the last call and behind it

  protected:
    std::vector<int> ready_;
};

class BySelect final : public Readiness {
  public:
    BySelect() { FD_ZERO(&all_); }
    bool watch(int number) override {
        if (number >= FD_SETSIZE) return false;  // FD_SET would write behind the set
        FD_SET(number, &all_);
        highest_ = std::max(highest_, number);
        return true;
    }

    //#region select
    const std::vector<int>& ready() override {
        fd_set set = all_;
        ::select(highest_ + 1, &set, nullptr, nullptr, nullptr);  //@ 1
        ready_.clear();
        for (int number = 0; number <= highest_; ++number)
            if (FD_ISSET(number, &set)) ready_.push_back(number);  //@ 1
        //#endregion select
        looked_at = static_cast<std::size_t>(highest_) + 1;
        return ready_;
    }

  private:
    fd_set all_;
    int highest_ = -1;
};

class ByPoll final : public Readiness {
  public:
    bool watch(int number) override {
        all_.push_back({number, POLLIN, 0});
        return true;
    }

    //#region poll
    const std::vector<int>& ready() override {
        ::poll(all_.data(), all_.size(), -1);  //@ 2
        ready_.clear();
        for (const pollfd& entry : all_)
            if (entry.revents != 0) ready_.push_back(entry.fd);  //@ 2
        //#endregion poll
        looked_at = all_.size();
        return ready_;
    }

  private:
    std::vector<pollfd> all_;
};

class ByEpoll final : public Readiness {
  public:
    bool watch(int number) override {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = number;
        check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, number, &event), "epoll_ctl");
        return true;
    }

    //#region epoll
    const std::vector<int>& ready() override {
        std::array<epoll_event, 256> events;
        const int count = ::epoll_wait(epoll_.get(), events.data(), 256, -1);  //@ 3
        ready_.clear();
        for (int i = 0; i < count; ++i)
            ready_.push_back(events[static_cast<std::size_t>(i)].data.fd);  //@ 3
        //#endregion epoll
        looked_at = static_cast<std::size_t>(count);
        return ready_;
    }

  private:
    Fd epoll_ = make_epoll();
};

//#region serve
void serve_one(Readiness& readiness) {
    for (const int number : readiness.ready()) {
        char byte;
        if (::read(number, &byte, 1) == 1) (void)!::write(number, &byte, 1);
    }
}
//#endregion serve

struct Cost {
    std::size_t looked_at = 0;  // 0: it could not
    double microseconds = 0;    // for a request, the median
};

Cost measure(Readiness& readiness, const std::vector<Fd>& silent) {
    using Clock = std::chrono::steady_clock;
    const SocketPair talks = waymark::daemon::make_socket_pair(SOCK_STREAM);
    for (const Fd& socket : silent)
        if (!readiness.watch(socket.get())) return {};
    if (!readiness.watch(talks.second.get())) return {};
    std::vector<double> times;
    for (int i = 0; i < kRequests; ++i) {
        const Clock::time_point begin = Clock::now();
        char byte = 'x';
        check(::write(talks.first.get(), &byte, 1), "write");
        serve_one(readiness);
        check(::read(talks.first.get(), &byte, 1), "read");
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    const auto middle = times.begin() + kRequests / 2;
    std::nth_element(times.begin(), middle, times.end());
    return {readiness.looked_at, *middle};
}

// Nobody sends to them. They are silent, and ask for nothing but a descriptor each.
std::vector<Fd> silent_sockets(int count) {
    std::vector<Fd> sockets;
    for (int i = 0; i < count; ++i)
        sockets.emplace_back(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    return sockets;
}

void print_row(int silent_count) {
    const std::vector<Fd> silent = silent_sockets(silent_count);
    std::unique_ptr<Readiness> ways[] = {std::make_unique<BySelect>(), std::make_unique<ByPoll>(),
                                         std::make_unique<ByEpoll>()};
    std::string looks;
    std::string times;
    for (const auto& way : ways) {
        const Cost cost = measure(*way, silent);
        looks +=
            cost.looked_at == 0 ? fmt::format("{:>8}", "-") : fmt::format("{:>8}", cost.looked_at);
        times += cost.looked_at == 0 ? fmt::format("{:>10}", "-")
                                     : fmt::format("{:>7.1f} us", cost.microseconds);
    }
    fmt::print("{:>7}{}{}\n", silent_count, looks, times);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const int most = static_cast<int>(std::min<rlim_t>(limit.rlim_max, 9'100)) - 100;

    fmt::print("a request of one client, when others are there and silent\n\n");
    fmt::print("           entries looked at     time for the request\n");
    fmt::print(" silent  select    poll   epoll    select      poll     epoll\n");
    for (const int count : {100, 300, 900, 3'000, 9'000}) print_row(std::min(count, most));
}
