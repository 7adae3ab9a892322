// Who may resume whom. A relay's coroutine writes lines to a client, and waits for one of two
// things: the next message, or that the socket takes the rest of this line. Wrong: a message that
// comes resumes it, whatever it waits for, and it takes the line as written. A real relay did so.
//
// Look at what the client gets of the three lines.

#include <algorithm>
#include <coroutine>
#include <deque>
#include <string>

#include "by_hand.hh"
#include "net/event_loop.hh"
#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::demo;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::net::EventLoop;
using waymark::net::Task;
using waymark::net::TaskGroup;

namespace {

constexpr std::size_t kLine = 20'000;
enum class Waits { for_nothing, for_a_message, for_the_socket };

class Relay final : private EventLoop::Watcher {
  public:
    Relay(EventLoop& loop, Fd socket, bool looks)
        : loop_(loop), socket_(std::move(socket)), looks_(looks) {
        waymark::daemon::set_nonblocking(socket_, true);
        loop_.add(socket_, EPOLLOUT | EPOLLET, *this);
    }
    ~Relay() { loop_.remove(socket_, *this); }

    //#region resume
    void on_message(std::string line) {
        messages_.push_back(std::move(line));
        if (looks_ && waits_ != Waits::for_a_message) return;  //@ 3
        loop_.schedule(writer_);                               // "there is news"  //@ 2
    }

    Task<void> write_lines() {
        for (;;) {
            while (messages_.empty()) co_await wait(Waits::for_a_message);
            rest_ = messages_.front();
            messages_.pop_front();
            if (send_rest()) continue;
            co_await wait(Waits::for_the_socket);  // resumed: so it is written  //@ 1
        }
    }
    //#endregion resume

    bool is_idle() const { return messages_.empty() && rest_.empty(); }

  private:
    struct Wait {
        Relay& relay;
        bool await_ready() const { return false; }
        void await_suspend(std::coroutine_handle<> coroutine) const {
            relay.writer_.coroutine = coroutine;
        }
        void await_resume() const { relay.waits_ = Waits::for_nothing; }
    };
    Wait wait(Waits what) {
        waits_ = what;
        return Wait{*this};
    }

    // True if all of it is sent.
    bool send_rest() {
        while (!rest_.empty()) {
            const ssize_t count = ::send(socket_.get(), rest_.data(), rest_.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            rest_.erase(0, static_cast<std::size_t>(count));
        }
        return true;
    }

    // The socket takes more: what is left of the line goes out, and then the writer goes on.
    bool on_ready(std::uint32_t) override {
        if (send_rest() && waits_ == Waits::for_the_socket) loop_.schedule(writer_);
        return true;
    }

    EventLoop& loop_;
    Fd socket_;
    bool looks_;
    std::deque<std::string> messages_;
    std::string rest_;
    Waits waits_ = Waits::for_nothing;
    EventLoop::Resumable writer_;
};

// "20000 A, 20000 B": how the bytes of a line run.
std::string runs_of(std::string_view line) {
    std::string text;
    while (!line.empty()) {
        const std::size_t length = std::min(line.find_first_not_of(line[0]), line.size());
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", length, line[0]);
        line.remove_prefix(length);
    }
    return text;
}

void show(int number, const char* how, bool looks) {
    SocketPair pair = waymark::daemon::make_socket_pair(SOCK_STREAM);
    waymark::net::set_send_buffer(pair.second, 4096);
    EventLoop loop;
    Relay relay(loop, std::move(pair.second), looks);
    TaskGroup tasks;
    tasks.start(relay.write_lines());
    fmt::print("{}. {}\n", number, how);
    for (const char letter : {'A', 'B', 'C'}) {
        relay.on_message(std::string(kLine, letter) + '\n');
        loop.run_once(Deadline::after(0s));
    }
    std::string all;  // now the client reads
    for (std::string piece = heard(pair.first); !piece.empty() || !relay.is_idle();
         piece = heard(pair.first)) {
        all += piece;
        loop.run_once(Deadline::after(0s));
    }
    int count = 0;
    for (std::size_t at = 0, end = 0; (end = all.find('\n', at)) != std::string::npos; at = end + 1)
        fmt::print("   line {}: {}\n", ++count,
                   runs_of(std::string_view(all).substr(at, end - at)));
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show(1, "a message resumes the writer", false);
    show(2, "a message resumes a writer that waits for one", true);
}
