// One thread that hears phones: an event loop, a way in, and a way to the store. It decodes what
// comes, hands it on, and answers when the store says that it is on disk. A receiver has one or
// several of them. They share nothing but the listening sockets and the log, so that none waits for
// another; each has its own copy of the device directory, which is small.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/log.hh"
#include "memory_directory.hh"
#include "net/event_loop.hh"
#include "net/http/router.hh"
#include "protocol.hh"
#include "services/configured_server.hh"
#include "services/guess_limit.hh"
#include "services/kept_points.hh"
#include "services/nmea_input.hh"
#include "services/refusal_report.hh"
#include "services/refusals.hh"
#include "services/store_link.hh"
#include "settings.hh"

namespace waymark::tracker {

// Decoded messages that wait for the store, reused with the memory they have.
class DecodedPool {
  public:
    using Lease = std::unique_ptr<Decoded>;

    DecodedPool() { spare_.reserve(kMostSpare); }  // so that giving back needs no memory

    Lease take() {
        if (spare_.empty()) return std::make_unique<Decoded>();
        Lease lease = std::move(spare_.back());
        spare_.pop_back();
        return lease;
    }
    void give(Lease lease) {
        if (spare_.size() >= kMostSpare) return;
        lease->clear();
        spare_.push_back(std::move(lease));
    }

  private:
    static constexpr std::size_t kMostSpare = 256;
    std::vector<Lease> spare_;
};

class Reception {
  public:
    Reception(const Settings& settings, std::vector<daemon::Fd> listeners, daemon::Log& log);

    // Of the thread that runs the loop, but for post() and stop() of the loop itself.
    net::EventLoop& loop() { return loop_; }
    void meet_store(daemon::Channel channel);
    // Before it serves: sockets of NMEA, for one thread of a receiver.
    void hear_nmea(std::vector<daemon::Fd> listeners, std::vector<daemon::Fd> datagrams);
    // Before it serves: listening sockets for secured connections (net/http/server).
    void hear_tls(std::vector<daemon::Fd> listeners, net::http::Server::MakeLayer make_layer);
    // Called when it begins to serve.
    void on_open(std::function<void()> handler) { on_open_ = std::move(handler); }
    void reload(const ReloadableSettings& settings);
    // Accepts no more, finishes what is begun, then ends its loop.
    void close();
    // With the newest `most_refusals` cases.
    std::string counters(std::size_t most_refusals) const;

  private:
    net::http::Completion receive(net::http::Exchange& exchange);
    net::Task<> store_and_answer(net::http::Exchange& exchange, DecodedPool::Lease decoded);
    void hold_back_guessers(Decoded& decoded, const net::Address& peer);
    void answer(net::http::Exchange& exchange, const Decoded& decoded);
    void answer_not_durable(net::http::Exchange& exchange, const std::string& reason);
    net::Task<> look_for_kept(net::http::Exchange& exchange, DecodedPool::Lease decoded);
    void keep_out_of_quarantine(Decoded& decoded);
    bool judge_nmea(Decoded& decoded, const net::Address& peer);
    void learn(std::string_view part);
    void hear(std::string_view message);

    net::EventLoop loop_;
    daemon::Log& log_;
    StoreLink store_;
    DirectoryUnpacker unpacker_;
    std::optional<MemoryDirectory> devices_;
    std::function<void()> on_open_;
    DecodedPool pool_;
    GuessLimit guesses_;
    KeptPoints kept_points_;
    Refusals refusals_;
    RefusalReport refusal_report_;
    net::http::Router router_;
    ConfiguredServer server_;
    NmeaInput nmea_;
    std::vector<daemon::Fd> nmea_listeners_, nmea_datagrams_;  // until it serves
    std::vector<daemon::Fd> tls_listeners_;                    // the same
    net::http::Server::MakeLayer make_layer_;
    ReloadableSettings settings_;
    bool quarantine_has_room_ = true;  // the store says when not
    std::uint64_t no_room_ = 0;
    std::uint64_t not_durable_ = 0;
    bool is_losing_ = false;  // the last submission was not durable
};

}  // namespace waymark::tracker
