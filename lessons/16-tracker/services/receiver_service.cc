// The receiver: hears the phones. It parses what anybody may send, so as a process of its own it
// can open no file and make no connection (services/confinement); what it understood it hands to
// the store, and it answers a phone when the store says that the fix is on disk.
//
// It has --threads threads, each with an event loop of its own (services/reception). The thread
// that the service began in is the first of them, and it alone talks to the supervisor; what
// concerns the others it posts to their loops. Not daemon/worker_pool, whose threads serve one
// client at a time: here a thread serves all that it has accepted.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "services/reception.hh"
#include "services/served_tls.hh"
#include "services/service.hh"
#include "services/service_control.hh"

namespace waymark::tracker {

namespace {

using daemon::Channel;

// For the counters of a thread, which answers between two rounds of its loop.
constexpr std::chrono::milliseconds kCountersPatience{200};

// A phone that sends for years is often an old one: TLS 1.3 came with Android 10 and iOS 12.2.
constexpr net::TlsVersion kLeastOfPhones = net::TlsVersion::tls12;

std::vector<daemon::Fd> copies_of(const std::vector<daemon::Fd>& sockets) {
    std::vector<daemon::Fd> copies;
    for (const daemon::Fd& socket : sockets) copies.push_back(socket.duplicate());
    return copies;
}

class ReceiverService {
  public:
    explicit ReceiverService(ServiceStart& start);
    int run();

  private:
    static std::vector<std::unique_ptr<Reception>> open(ServiceStart& start, ServedTls& tls,
                                                        daemon::Log& log);
    void opened();
    void meet_store(Peer peer, Channel channel);
    void close();
    void reload(const ReloadableSettings& settings);
    std::string take(const IdentityFiles& files);
    std::string counters();

    Reception& first() { return *receptions_.front(); }

    daemon::Log& log_;
    ServedTls tls_;  // of all threads
    std::vector<std::unique_ptr<Reception>> receptions_;
    std::size_t open_ = 0;
    ServiceControl control_;
};

std::vector<std::unique_ptr<Reception>> ReceiverService::open(ServiceStart& start, ServedTls& tls,
                                                              daemon::Log& log) {
    std::vector<std::unique_ptr<Reception>> receptions;
    for (unsigned i = 0; i < start.settings.threads; ++i) {
        receptions.push_back(
            std::make_unique<Reception>(start.settings, copies_of(start.listeners), log));
        receptions.back()->hear_tls(copies_of(start.tls_listeners), tls.make_layer());
    }
    start.listeners.clear();
    start.tls_listeners.clear();
    receptions.front()->hear_nmea(std::move(start.nmea_listeners), std::move(start.nmea_datagrams));
    return receptions;
}

ReceiverService::ReceiverService(ServiceStart& start)
    : log_(*start.log),
      tls_(start.settings, std::exchange(start.identity, {}), kLeastOfPhones, nullptr),
      receptions_(open(start, tls_, log_)),
      control_(
          first().loop(), std::move(start.control), log_,
          {.on_peer = [this](Peer peer, Channel channel) { meet_store(peer, std::move(channel)); },
           .on_stop = [this] { close(); },
           .on_settings = [this](const ReloadableSettings& settings) { reload(settings); },
           .on_identity = [this](const IdentityFiles& files) { return take(files); },
           .on_devices_changed = {},
           .counters = [this] { return counters(); },
           .memory = std::move(start.memory)}) {
    for (const auto& reception : receptions_)
        reception->on_open([this] { first().loop().post([this] { opened(); }); });
}

int ReceiverService::run() {
    std::vector<std::thread> threads;
    {
        const daemon::SignalMask mask = daemon::SignalMask::all();
        for (std::size_t i = 1; i < receptions_.size(); ++i)
            threads.emplace_back([this, i] {
                const int code = daemon::run_main("tracker receiver", [this, i] {
                    receptions_[i]->loop().run();
                    return daemon::kExitOk;
                });
                if (code != daemon::kExitOk) std::_Exit(code);  // a crash ends the whole receiver
            });
    }
    first().loop().run();
    if (control_.supervisor_is_gone())
        for (const auto& reception : receptions_) reception->loop().stop();
    for (std::thread& thread : threads) thread.join();
    return daemon::kExitOk;
}

// The receiver is ready when all its threads are.
void ReceiverService::opened() {
    if (++open_ == receptions_.size()) control_.ready();
}

// The supervisor sends a channel for each thread, with the thread's number.
void ReceiverService::meet_store(Peer peer, Channel channel) {
    if (peer.number >= receptions_.size()) return;
    Reception& reception = *receptions_[peer.number];
    const auto shared = std::make_shared<Channel>(std::move(channel));  // std::function copies
    reception.loop().post([&reception, shared] { reception.meet_store(std::move(*shared)); });
}

void ReceiverService::close() {
    for (const auto& reception : receptions_)
        reception->loop().post([&reception = *reception] { reception.close(); });
}

void ReceiverService::reload(const ReloadableSettings& settings) {
    for (const auto& reception : receptions_)
        reception->loop().post([&reception = *reception, settings] { reception.reload(settings); });
}

// The web app has looked at them before us.
std::string ReceiverService::take(const IdentityFiles& files) {
    const std::string failure = tls_.take(files);
    if (!failure.empty()) log_.error("the old certificate stays in use here: {}", failure);
    return failure;
}

// Of one thread as they are, of several as a list. All of it must fit into one message, so the more
// threads there are, the fewer refusals each tells.
std::string ReceiverService::counters() {
    const std::size_t most = std::max<std::size_t>(1, Refusals::kMost / receptions_.size());
    if (receptions_.size() == 1) return first().counters(most);
    std::string list = first().counters(most);
    for (std::size_t i = 1; i < receptions_.size(); ++i) {
        Reception& reception = *receptions_[i];
        // What it throws comes here, and does not end the other thread.
        const auto task = std::make_shared<std::packaged_task<std::string()>>(
            [&reception, most] { return reception.counters(most); });
        std::future<std::string> counters = task->get_future();
        reception.loop().post([task] { (*task)(); });
        const bool answered = counters.wait_for(kCountersPatience) == std::future_status::ready;
        list += "," + (answered ? counters.get() : "{}");
    }
    return fmt::format(R"({{"threads":[{}]}})", list);
}

}  // namespace

int run_receiver(ServiceStart& start) {
    return ReceiverService(start).run();
}

}  // namespace waymark::tracker
