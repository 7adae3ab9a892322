#include "relay_connection.hh"

#include <utility>
#include <vector>

namespace waymark::lab {

namespace {

using daemon::Deadline;
using net::Outcome;
using net::Stream;

constexpr std::size_t kMostHeld = std::size_t{256} * 1024;  // of one way, in memory
constexpr std::chrono::hours kPatience{24};                 // who does not read is the lesson

struct Piece {
    Deadline due;
    std::string bytes;  // none: the sender has ended
};

// A byte by itself costs as much as fifty more.
std::size_t memory_of(std::size_t bytes) {
    return sizeof(Piece) + bytes;
}

struct Way {
    std::deque<Piece> pieces = {};
    std::size_t held = 0;  // memory of `pieces` and of the one that is being written
    std::uint64_t passed = 0;
};

struct Connection {
    Connection(net::EventLoop& loop, const RelayFaults& what, daemon::Fd client_socket,
               daemon::Fd target_socket, net::ConnectionGate::Slot place)
        : faults(what),
          slot(std::move(place)),
          changed(loop),
          client(loop, std::move(client_socket)),
          target(loop, std::move(target_socket)) {}

    void reset() {
        is_over = true;
        for (Stream* const stream : {&client, &target}) {
            stream->reset_on_close();
            stream->cancel();
        }
        changed.tell_all();
    }

    // After bytes have passed: is it time for a fault?
    void look(const Way& way) {
        if (faults.reset_after && way.passed >= *faults.reset_after) reset();
        if (faults.cut_after && way.passed >= *faults.cut_after) is_cut = true;
    }

    const RelayFaults& faults;
    net::ConnectionGate::Slot slot;
    net::Notice changed;  // a queue has become longer or shorter, or one of these is true
    bool is_cut = false;
    bool is_over = false;
    int speaking = 2;  // sides that have neither ended nor reset
    Way there, back;
    Stream client, target;
};

using Shared = std::shared_ptr<Connection>;

net::Task<void> take(Shared both, Stream& from, Way& way) {
    std::vector<char> buffer(piece_size(both->faults));
    while (!both->is_over) {
        if (way.held >= kMostHeld) {
            [[maybe_unused]] const bool told = co_await both->changed.wait();
            continue;
        }
        const net::Transfer got = co_await from.read_some(buffer, Deadline::never());
        if (got.outcome == Outcome::cancelled) co_return;
        const bool has_ended = got.outcome != Outcome::done;
        if (has_ended) --both->speaking;
        if (got.outcome == Outcome::failed && !both->is_cut) both->reset();
        way.pieces.push_back(
            {Deadline::after(both->faults.delay), std::string(buffer.data(), got.bytes)});
        way.held += memory_of(got.bytes);
        both->changed.tell_all();
        if (has_ended) co_return;
    }
}

// The next piece, when its time has come; false if there will be none.
net::Task<bool> next_piece(Connection& both, Way& way, std::string& bytes) {
    while (!both.is_over) {
        // Cut: nobody hears of anything any more. It is kept for as long as somebody holds his end.
        if (both.is_cut && both.speaking == 0) co_return false;
        const bool is_due = !both.is_cut && !way.pieces.empty() && way.pieces.front().due.expired();
        if (is_due) {
            bytes = std::move(way.pieces.front().bytes);
            way.pieces.pop_front();
            co_return true;
        }
        const Deadline until =
            both.is_cut || way.pieces.empty() ? Deadline::never() : way.pieces.front().due;
        [[maybe_unused]] const bool told = co_await both.changed.wait(until);
    }
    co_return false;
}

net::Task<void> bring(Shared both, Stream& to, Way& way) {
    std::string bytes;
    both->look(way);  // 0 is from the first byte on
    for (;;) {
        const bool has_one = co_await next_piece(*both, way, bytes);
        if (!has_one) co_return;
        if (bytes.empty()) {
            to.shutdown_write();
            co_return;
        }
        const std::size_t passing = bytes_that_pass(both->faults, way.passed, bytes.size());
        const std::string_view part = std::string_view(bytes).substr(0, passing);
        const net::Transfer sent = co_await to.write_all(part, kPatience);
        if (sent.outcome == Outcome::failed && !both->is_cut) both->reset();
        if (sent.outcome != Outcome::done) co_return;
        way.passed += passing;
        way.held -= memory_of(bytes.size());
        both->look(way);
        both->changed.tell_all();
        const Deadline free = Deadline::after(time_for(both->faults, passing));
        while (!both->is_over && !free.expired()) {
            [[maybe_unused]] const bool told = co_await both->changed.wait(free);
        }
    }
}

}  // namespace

void relay_connection(net::EventLoop& loop, net::TaskGroup& tasks, const RelayFaults& faults,
                      daemon::Fd client, daemon::Fd target, net::ConnectionGate::Slot slot) {
    const auto both = std::make_shared<Connection>(loop, faults, std::move(client),
                                                   std::move(target), std::move(slot));
    tasks.start(take(both, both->client, both->there));
    tasks.start(bring(both, both->target, both->there));
    tasks.start(take(both, both->target, both->back));
    tasks.start(bring(both, both->client, both->back));
}

}  // namespace waymark::lab
