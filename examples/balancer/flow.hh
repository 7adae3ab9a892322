// One direction of a connection that is passed on: from a socket to the other, in order, and then
// its end. What the other side does not take is kept, at most RelayStore::kBufferBytes; nothing
// more is read meanwhile, so a slow reader holds up its sender, and not our memory.
//
// The end is passed on as such: a client that has sent its last byte (shutdown(2), SHUT_WR) may
// still wait for the answer. When the other side takes nothing any more, because it has closed,
// what comes is read and thrown away: its last words may still be on their way in the other
// direction.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/fd.hh"
#include "ready_socket.hh"
#include "relay_store.hh"

namespace waymark::balancer {

class Flow {
  public:
    // After so many bytes the others have their turn.
    static constexpr std::size_t kMostPerTurn = 4 * RelayStore::kBufferBytes;

    // All must outlive it. `passed` counts the bytes that the other side has taken.
    Flow(ReadySocket& from, ReadySocket& to, RelayStore& store, std::uint64_t& passed)
        : from_(from), to_(to), store_(store), passed_(passed) {}
    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;
    ~Flow() { give_up_pipe(); }

    // Goes first, before what is read.
    void send_first(std::string bytes) { kept_ = std::move(bytes); }

    enum class Turn {
        waits,    // for a change of either socket
        goes_on,  // would have more to do; its turn is over
        over,     // all was passed on, the end as well
        broken,   // the sender's connection has failed, with `error()`
    };
    // Does what can be done without a wait.
    Turn take_turn();

    // The other direction is over: behind the end of this one the sockets are closed, which tells
    // the end as well, so that nothing is said for it before.
    void leave_end_to_close() { leaves_end_to_close_ = true; }

    // Whether any byte was moved in the last turn.
    bool has_moved() const { return has_moved_; }
    // The other side takes nothing any more.
    bool sink_failed() const { return sink_failed_; }
    bool is_over() const { return is_over_; }
    int error() const { return error_; }
    // Read and not yet passed on.
    std::size_t held() const { return kept_.size() - kept_sent_ + in_pipe_; }

  private:
    enum class Step { moved, waits, ended, broken };

    Step pass_what_is_held();
    Step read_more();
    Step copy();
    Step splice();
    Step pass_pipe_on();
    void count(std::size_t bytes);
    Step note_sink_failed();
    void note_full_read(bool is_full);
    void give_up_pipe();

    ReadySocket& from_;
    ReadySocket& to_;
    RelayStore& store_;
    std::uint64_t& passed_;
    std::string kept_;
    std::size_t kept_sent_ = 0;
    std::unique_ptr<daemon::Pipe> pipe_;
    std::size_t in_pipe_ = 0;
    int full_reads_ = 0;       // in a row
    std::size_t spliced_ = 0;  // since nothing was there
    std::size_t turn_bytes_ = 0;
    bool source_ended_ = false;
    bool sink_failed_ = false;
    bool is_over_ = false;
    bool leaves_end_to_close_ = false;
    bool has_moved_ = false;
    int error_ = 0;
};

}  // namespace waymark::balancer
