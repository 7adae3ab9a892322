// A client and a back end that talk through us: two flows, one in each direction, served by one
// coroutine, and bounded in time: by an idle deadline, which each byte in either direction puts
// off, and by a total one, which nothing does.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "flow.hh"
#include "net/event_loop.hh"
#include "net/task.hh"
#include "ready_socket.hh"
#include "relay_store.hh"

namespace waymark::balancer {

class Relay {
  public:
    struct Times {
        std::chrono::milliseconds idle{300'000};
        std::chrono::milliseconds total{86'400'000};
        // How long a client may still send what nobody takes, after the back end's last byte.
        std::chrono::milliseconds parting{1'000};
    };
    struct Counts {
        std::uint64_t& to_back_end;
        std::uint64_t& from_back_end;
    };

    enum class End {
        finished,      // both directions, in order
        idle,          // nothing moved in time
        too_long,      // the total deadline
        client_broke,  // its connection failed: reset, or not reachable any more
        back_end_broke,
    };

    // All must outlive it.
    Relay(net::EventLoop& loop, Wake& wake, ReadySocket& client, ReadySocket& back_end,
          RelayStore& store, Counts counts, const Times& times);
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    // Whoever destroys it before it has finished has both connections reset.
    ~Relay();

    // Bytes for the back end before the client's first one.
    void send_first(std::string bytes) { up_.send_first(std::move(bytes)); }

    // Until the end. But for `finished`, both sockets will reset their connections when they close.
    net::Task<End> run();

    // Read and not yet passed on, in both directions.
    std::size_t held() const { return up_.held() + down_.held(); }

  private:
    daemon::Deadline deadline_now();
    End end_at_deadline();

    net::EventLoop& loop_;
    Wake& wake_;
    ReadySocket& client_;
    ReadySocket& back_end_;
    Times times_;
    Flow up_;
    Flow down_;
    daemon::Deadline total_;
    daemon::Deadline idle_;
    daemon::Deadline parting_;
    bool is_finished_ = false;
};

// "finished", "idle for too long", ...
const char* to_text(Relay::End end);

}  // namespace waymark::balancer
