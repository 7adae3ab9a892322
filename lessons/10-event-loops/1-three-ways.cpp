// One loop, and three ways to learn who is ready: select(2), poll(2), epoll(7). One client talks,
// the others are silent. The loop is the same code for all three.
//
// Look at how many entries are looked at for one request, and at the time, from row to row.

#include <sys/resource.h>
#include <sys/select.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

constexpr int kRequests = 50;

class Readiness {
  public:
    virtual ~Readiness() = default;
    virtual bool watch(int number) = 0;  // false: it cannot
    const std::vector<int>& ready() {    // waits
        ready_.clear();
        ask();
        return ready_;
    }

    std::size_t looked_at = 0;  // entries, by the last call and behind it

  protected:
    virtual void ask() = 0;  // fills ready_

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
    void ask() override {
        fd_set set = all_;
        ::select(highest_ + 1, &set, nullptr, nullptr, nullptr);  //@ 1
        for (int number = 0; number <= highest_; ++number)
            if (FD_ISSET(number, &set)) ready_.push_back(number);  //@ 1
        //#endregion select
        looked_at = static_cast<std::size_t>(highest_) + 1;
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
    void ask() override {
        ::poll(all_.data(), all_.size(), -1);  //@ 2
        for (const pollfd& entry : all_)
            if (entry.revents != 0) ready_.push_back(entry.fd);  //@ 2
        //#endregion poll
        looked_at = all_.size();
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
    void ask() override {
        std::array<epoll_event, 256> events;
        const int count = ::epoll_wait(epoll_.get(), events.data(), 256, -1);  //@ 3
        for (int i = 0; i < count; ++i)
            ready_.push_back(events[static_cast<std::size_t>(i)].data.fd);  //@ 3
        //#endregion epoll
        looked_at = static_cast<std::size_t>(count);
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

struct Row {
    int silent = 0;
    std::array<Cost, 3> costs;
};

Row measure_all(int silent_count) {
    const std::vector<Fd> silent = silent_sockets(silent_count);
    BySelect by_select;
    ByPoll by_poll;
    ByEpoll by_epoll;
    return {silent_count,
            {measure(by_select, silent), measure(by_poll, silent), measure(by_epoll, silent)}};
}

template <typename InWords>
void print_table(const std::vector<Row>& rows, const InWords& in_words) {
    fmt::print(" silent     select       poll      epoll\n");
    for (const Row& row : rows) {
        std::string line = fmt::format("{:>7}", row.silent);
        for (const Cost& cost : row.costs)
            line += fmt::format("{:>11}", cost.looked_at == 0 ? "-" : in_words(cost));
        fmt::print("{}\n", line);
    }
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const int most = static_cast<int>(std::min<rlim_t>(limit.rlim_max, 9'100)) - 100;

    std::vector<Row> rows;
    for (const int count : {100, 300, 900, 3'000, 9'000})
        rows.push_back(measure_all(std::min(count, most)));
    fmt::print("1. entries looked at for one request\n");
    print_table(rows, [](const Cost& cost) { return fmt::format("{}", cost.looked_at); });
    fmt::print("2. time for it\n");
    print_table(rows, [](const Cost& cost) { return fmt::format("{:.1f} us", cost.microseconds); });
}
