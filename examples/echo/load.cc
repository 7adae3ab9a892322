// echo-load: the client side of compare. Opens connections to an echo server, lets a few of them
// ask at a time, and says what it saw as one line of words. It runs as a process of its own, so
// that its time is not counted as the server's.
//
// kept: opens all of them, then asks on one after the other. short: a connection for each request.
//
// `kept` prints "open" when as many as the server serves are there, and waits for a line on
// standard input before it asks and another one before it ends: its caller looks at the server
// meanwhile.

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/error.hh"
#include "load_connection.hh"
#include "net/event_loop.hh"
#include "net/task_group.hh"

using namespace waymark;
using namespace waymark::echo;
using daemon::Deadline;

namespace {

constexpr std::size_t kAskingAtOnce = 32;
// A server that answers nobody for so long serves as many as it can.
constexpr std::chrono::seconds kStandstill{3};

class Load {
  public:
    Load(std::uint16_t port, std::chrono::seconds longest) : port_(port), longest_(longest) {}

    // In full, however long it takes. A few at a time, so that the server's queue does not
    // overflow: each is open when it was answered.
    std::size_t open(std::size_t wanted) {
        run(
            wanted, [this](std::size_t) { return open_one(); }, kAskingAtOnce, Deadline::never());
        return open_.size();
    }

    void ask(std::size_t requests) {
        if (open_.empty()) return;
        run(
            requests, [this](std::size_t) { return ask_on_next(); },
            std::min(kAskingAtOnce, open_.size()), Deadline::after(longest_));
    }

    void ask_shortly(std::size_t connections, std::size_t at_once) {
        run(
            connections, [this](std::size_t) { return ask_once(); }, at_once,
            Deadline::after(longest_));
    }

    void report() {
        std::ranges::sort(microseconds_);
        const std::size_t count = microseconds_.size();
        const double p99 = count == 0 ? 0 : microseconds_[count * 99 / 100];
        fmt::print("answered {} failed {} seconds {:.6f} p99_us {:.1f}\n", count, failed_, seconds_,
                   p99);
        std::fflush(stdout);
    }

  private:
    // Makes `count` tasks, `at_once` at a time, until all are done or nothing happens any more.
    template <class Make>
    void run(std::size_t count, Make make, std::size_t at_once, Deadline end) {
        microseconds_.clear();
        failed_ = 0;
        const auto begin = std::chrono::steady_clock::now();
        auto last = begin;
        std::size_t made = 0;
        std::size_t before = 0;
        while (true) {
            while (made < count && tasks_.size() < at_once && failed_ == 0 && !end.expired())
                tasks_.start(make(made++));
            if (tasks_.size() == 0) break;
            loop_.run_once(Deadline::after(kStandstill));
            const std::size_t done = microseconds_.size() + failed_;
            if (done != before) last = std::chrono::steady_clock::now();
            before = done;
            if (std::chrono::steady_clock::now() - last >= kStandstill) break;
        }
        seconds_ = std::chrono::duration<double>(last - begin).count();
        failed_ += tasks_.size();
        tasks_.destroy_all();
    }

    net::Task<void> open_one() {
        auto connection = std::make_unique<LoadConnection>(loop_, port_, next_source_++);
        const bool answered = co_await timed(*connection);
        if (answered) open_.push_back(std::move(connection));
    }

    // On the one that has said nothing for longest.
    net::Task<void> ask_on_next() {
        std::unique_ptr<LoadConnection> connection = std::move(open_.front());
        open_.pop_front();
        const bool answered = co_await timed(*connection);
        if (answered) open_.push_back(std::move(connection));
    }

    net::Task<void> ask_once() {
        LoadConnection connection(loop_, port_, next_source_++);
        (void)co_await timed(connection);
    }

    net::Task<bool> timed(LoadConnection& connection) {
        const auto begin = std::chrono::steady_clock::now();
        const bool answered = co_await connection.ask();
        const std::chrono::duration<double, std::micro> time =
            std::chrono::steady_clock::now() - begin;
        if (answered)
            microseconds_.push_back(time.count());
        else
            ++failed_;
        co_return answered;
    }

    std::uint16_t port_;
    std::chrono::seconds longest_;
    net::EventLoop loop_;
    unsigned next_source_ = 0;
    std::vector<double> microseconds_;
    std::size_t failed_ = 0;
    double seconds_ = 0;
    std::deque<std::unique_ptr<LoadConnection>> open_;
    net::TaskGroup tasks_;
};

std::size_t number(std::string_view text, std::size_t most) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > most)
        throw daemon::UsageError(fmt::format("\"{}\" is no number from 1 to {}", text, most));
    return value;
}

void wait_for_line() {
    for (int letter = std::getchar(); letter != '\n' && letter != EOF;) letter = std::getchar();
}

constexpr const char* kUsage =
    "kept PORT CONNECTIONS REQUESTS SECONDS, or short PORT AT_ONCE CONNECTIONS SECONDS";
constexpr const char* kHelp =
    "Usage: echo-load {}\n\n"
    "Asks an echo server on this machine, and prints how fast it answered.\n"
    "  kept   opens CONNECTIONS, says how many came, and after a line on its stdin sends\n"
    "         REQUESTS by them\n"
    "  short  makes CONNECTIONS of one request each, AT_ONCE at a time\n"
    "Whatever has taken SECONDS is given up. It ends after a line on its stdin, or its end.\n";

int load(const std::vector<std::string_view>& words) {
    if (words.size() == 1 && (words[0] == "--help" || words[0] == "-h")) {
        fmt::print(kHelp, kUsage);
        return daemon::kExitOk;
    }
    if (words.size() != 5 || (words[0] != "kept" && words[0] != "short"))
        throw daemon::UsageError(fmt::format("say: {}; --help says more", kUsage));
    Load load(static_cast<std::uint16_t>(number(words[1], 65'535)),
              std::chrono::seconds(number(words[4], 3600)));
    const std::size_t first = number(words[2], 100'000);
    const std::size_t second = number(words[3], 100'000'000);
    if (words[0] == "short") {
        load.ask_shortly(second, first);
    } else {
        fmt::print("open {}\n", load.open(first));
        std::fflush(stdout);
        wait_for_line();
        load.ask(second);
    }
    load.report();
    wait_for_line();
    return daemon::kExitOk;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("echo-load", [&] {
        return load(std::vector<std::string_view>(arguments + 1, arguments + argument_count));
    });
}
