// What the calls of the caller (services/caller_service) have in common: whom they ask for devices,
// where they store, and how a connection is made.

#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/log.hh"
#include "daemon/thread_pool.hh"
#include "memory_directory.hh"
#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/stream_layer.hh"
#include "net/task.hh"
#include "services/refusals.hh"
#include "services/store_link.hh"

namespace waymark::tracker {

// Of the service, which outlives its calls.
struct CallerHost {
    net::EventLoop& loop;
    StoreLink& store;
    daemon::Log& log;
    Refusals refusals;
    std::optional<MemoryDirectory> devices;
};

// The pauses between calls: one second, doubled up to a minute; from the start again once a
// conversation has gone well.
class CallPause {
  public:
    std::chrono::milliseconds next() {
        const auto pause = pause_;
        pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, std::chrono::seconds(60));
        return pause;
    }
    void reset() { pause_ = std::chrono::seconds(1); }

  private:
    std::chrono::milliseconds pause_{std::chrono::seconds(1)};
};

// Looks the name up on `pool`, connects to the first address that answers within ten seconds, and
// with `make_layer` secures the connection (net/tls_context) within ten more; nothing if that
// fails, and `failure` says why.
using MakeLayer = std::function<std::unique_ptr<net::StreamLayer>()>;
net::Task<std::unique_ptr<net::Stream>> dial(CallerHost& host, daemon::ThreadPool& pool,
                                             std::string target, MakeLayer make_layer,
                                             std::string& failure);

net::Task<> sleep_for(net::EventLoop& loop, std::chrono::milliseconds pause);

// Says each new state of a connection once.
class CallState {
  public:
    CallState(daemon::Log& log, std::string name) : log_(log), name_(std::move(name)) {}
    void connected();
    void failed(std::string_view why);
    bool is_connected() const { return is_connected_; }

  private:
    daemon::Log& log_;
    std::string name_;
    std::string told_;
    bool is_connected_ = false;
};

}  // namespace waymark::tracker
