// The same conversation three times. The client says how many numbers come, then the numbers, a
// line each; the server answers with their sum. Two clients talk at once, and their lines come in
// pieces.
//
// Callbacks: what the conversation knows between two pieces must be kept by hand, for each client.
// The first server keeps it in one place. Look at the sums.

#include <array>
#include <charconv>
#include <deque>
#include <string>

#include "by_hand.hh"
#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark::demo;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::net::EventLoop;
using waymark::net::Stream;
using waymark::net::Task;
using waymark::net::TaskGroup;
using waymark::net::Transfer;

namespace {

int to_number(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// Takes the first line out of `bytes`; false if there is no whole one.
bool take_line(std::string& bytes, std::string& line) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string::npos) return false;
    line = bytes.substr(0, end);
    bytes.erase(0, end + 1);
    return true;
}

//#region callbacks
struct State {
    std::string bytes;         // half a line         //@ 1
    bool knows_count = false;  // where we are        //@ 2
    int left = 0;              // the loop's counter  //@ 3
    int sum = 0;               // the result          //@ 3
};

void on_line(const Fd& client, State& state, const std::string& line) {
    if (!state.knows_count) {  //@ 2..
        state.knows_count = true;
        state.left = to_number(line);
        return;
    }                              //@ ..2
    state.sum += to_number(line);  //@ 3
    if (--state.left > 0) return;  //@ 3
    say(client, fmt::format("{}", state.sum));
    state = {.bytes = state.bytes};
}
//#endregion callbacks

Task<std::string> next_line(Stream& client, std::string& bytes) {
    std::string line;
    char piece[100];
    while (!take_line(bytes, line)) {
        const Transfer got = co_await client.read_some(piece, Deadline::never());
        if (got.bytes == 0) break;
        bytes.append(piece, got.bytes);
    }
    co_return line;
}

//#region coroutine
Task<void> add_up(Stream& client) {
    std::string bytes;
    const std::string count = co_await next_line(client, bytes);  //@ 1
    int sum = 0;
    for (int left = to_number(count); left > 0; --left) {  //@ 2
        const std::string line = co_await next_line(client, bytes);
        sum += to_number(line);  //@ 2
    }
    (void)co_await client.write_all(fmt::format("{}", sum), 24h);  //@ 3
}
//#endregion coroutine

class ByCallbacks final : public EventLoop::Watcher {
  public:
    ByCallbacks(const Fd& client, State& state) : client_(client), state_(state) {}

    bool on_ready(std::uint32_t) override {
        state_.bytes += heard(client_);
        std::string line;
        while (take_line(state_.bytes, line)) on_line(client_, state_, line);
        return true;
    }

  private:
    const Fd& client_;
    State& state_;
};

using Pairs = std::array<SocketPair, 2>;

Pairs connect_two() {
    return {waymark::daemon::make_socket_pair(SOCK_STREAM),
            waymark::daemon::make_socket_pair(SOCK_STREAM)};
}

// 10 and 20 from the first client, 1 and 2 from the second, in pieces.
void talk(EventLoop& loop, const Pairs& pairs) {
    const std::pair<std::size_t, const char*> pieces[] = {
        {0, "2\n1"}, {1, "2\n"}, {0, "0\n20\n"}, {1, "1\n2\n"}};
    for (const auto& [client, bytes] : pieces) {
        say(pairs[client].first, bytes);
        loop.run_once(Deadline::after(10s));
    }
    const auto answer = [](const Fd& client) {
        const std::string text = heard(client);
        return text.empty() ? std::string("no answer") : text;
    };
    fmt::print("   10 and 20 make {}; 1 and 2 make {}\n", answer(pairs[0].first),
               answer(pairs[1].first));
}

void by_callbacks(bool a_state_each) {
    const Pairs pairs = connect_two();
    EventLoop loop;
    std::array<State, 2> states;
    ByCallbacks first(pairs[0].second, states[0]);
    ByCallbacks second(pairs[1].second, states[a_state_each ? 1 : 0]);
    loop.add(pairs[0].second, EPOLLIN, first);
    loop.add(pairs[1].second, EPOLLIN, second);
    talk(loop, pairs);
    loop.remove(pairs[0].second, first);
    loop.remove(pairs[1].second, second);
}

void by_coroutines() {
    Pairs pairs = connect_two();
    EventLoop loop;
    std::deque<Stream> streams;
    TaskGroup conversations;
    for (SocketPair& pair : pairs) {
        waymark::daemon::set_nonblocking(pair.second, true);
        conversations.start(add_up(streams.emplace_back(loop, std::move(pair.second))));
    }
    talk(loop, pairs);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. callbacks, one state for all\n");
    by_callbacks(false);
    end_step();
    fmt::print("2. callbacks, a state for each client\n");
    by_callbacks(true);
    end_step();
    fmt::print("3. coroutines\n");
    by_coroutines();
    end_step();
}
