// The caller: the service that makes connections, to an MQTT broker for OwnTracks, to gpsd, and to
// where web hooks go, and to the servers that fixes are forwarded to. All others wait to be called,
// and the one that strangers call may make no connection; so this is a process of its own, which
// nobody can call. To the store it is one more receiver.
//
// A connection that ends is made again, after a pause that doubles up to a minute. Names are looked
// up on a thread of their own each time, for they may have moved.

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/thread_pool.hh"
#include "net/task_group.hh"
#include "services/call_target.hh"
#include "services/caller.hh"
#include "services/forward_destinations.hh"
#include "services/forwarder.hh"
#include "services/gpsd_caller.hh"
#include "services/hook_caller.hh"
#include "services/mqtt_caller.hh"
#include "services/refusal_report.hh"
#include "services/service.hh"
#include "services/service_control.hh"

namespace waymark::tracker {
namespace {

class CallerService {
  public:
    explicit CallerService(ServiceStart& start);
    int run();

  private:
    void prepare_tls();
    void meet_store(daemon::Channel channel);
    void learn(std::string_view part);
    void hear(std::string_view message);
    void begin();
    std::string counters() const;

    const Settings settings_;
    net::EventLoop loop_;
    daemon::Log& log_;
    StoreLink store_{loop_, {}};
    DirectoryUnpacker unpacker_;
    CallerHost host_;
    RefusalReport refusal_report_{
        loop_, host_.refusals, [this](std::string_view message) { return store_.tell(message); }};
    daemon::ThreadPool pool_;
    std::unique_ptr<MqttCaller> mqtt_;
    std::unique_ptr<GpsdCaller> gpsd_;
    std::unique_ptr<HookCaller> hooks_;
    std::optional<net::TlsClientContext> broker_tls_, forward_tls_;
    std::vector<std::unique_ptr<Forwarder>> forwarders_;
    net::TaskGroup tasks_;
    ServiceControl control_;
};

CallerService::CallerService(ServiceStart& start)
    : settings_(start.settings),
      log_(*start.log),
      host_{loop_, store_, log_, Refusals(log_), std::nullopt},
      pool_(1, 4),
      tasks_([this](std::exception_ptr) {
          log_.error("a call ended badly");
          loop_.stop();
      }),
      control_(loop_, std::move(start.control), log_,
               {.on_peer =
                    [this](Peer peer, daemon::Channel channel) {
                        if (peer.kind == ServiceKind::store) meet_store(std::move(channel));
                    },
                .on_stop = [this] { loop_.stop(); },
                .on_settings = {},
                .on_devices_changed = {},
                .counters = [this] { return counters(); },
                .memory = std::move(start.memory)}) {
    store_.on_directory([this](std::string_view part) { learn(part); });
    store_.on_other([this](std::string_view message) { hear(message); });
    if (!settings_.web_hooks.empty())
        hooks_ = std::make_unique<HookCaller>(
            loop_, WebHookNetworks(settings_.web_hooks), HookCaller::Options(),
            [this](const HookAnswer& answer) { store_.tell(write(answer)); });
    prepare_tls();
    for (const std::string& destination : settings_.forward)
        forwarders_.push_back(
            std::make_unique<Forwarder>(host_, pool_, *forward_tls_, destination));
}

// The files are read now, and the names looked at: one that is wrong is no start.
void CallerService::prepare_tls() {
    if (!settings_.forward.empty())
        forward_tls_.emplace(net::TlsClientOptions{.authorities = settings_.forward_authority});
    for (const net::http::HttpUrl& url : parse_destinations(settings_.forward))
        if (url.is_secured) forward_tls_->connect(url.host);
    if (settings_.mqtt.empty() || !parse_mqtt(settings_.mqtt).is_secured) return;
    broker_tls_.emplace(net::TlsClientOptions{.authorities = settings_.mqtt_authority,
                                              .least = net::TlsVersion::tls12});
    broker_tls_->connect(parse_mqtt(settings_.mqtt).host);
}

// A new store hands out again what the one before has not heard of.
void CallerService::meet_store(daemon::Channel channel) {
    store_.connect(std::move(channel));
    for (const auto& forwarder : forwarders_) forwarder->store_came();
    if (!hooks_) return;
    hooks_->stop();
    store_.tell(write_empty(MessageKind::want_posts));
}

void CallerService::hear(std::string_view message) {
    if (hooks_ && hooks_->takes(message)) return;
    ToForward to_forward;
    if (kind_of(message) != MessageKind::to_forward || !read(message, to_forward)) return;
    for (const auto& forwarder : forwarders_)
        if (forwarder->takes(to_forward)) return;
}

int CallerService::run() {
    control_.ready();
    loop_.run();
    tasks_.destroy_all();
    if (hooks_) hooks_->stop();
    // A look-up may last, and nobody needs its answer. Only a thread has to wait for it.
    if (!settings_.one_process) std::_Exit(daemon::kExitOk);
    return daemon::kExitOk;
}

void CallerService::learn(std::string_view part) {
    if (unpacker_.add(part) != DirectoryUnpacker::Result::complete) return;
    const bool is_first = !host_.devices;
    host_.devices = unpacker_.take();
    if (is_first) begin();
}

void CallerService::begin() {
    if (!settings_.mqtt.empty()) {
        mqtt_ = std::make_unique<MqttCaller>(
            host_, pool_, parse_mqtt(settings_.mqtt), broker_tls_ ? &*broker_tls_ : nullptr,
            MqttLogin{settings_.mqtt_client, settings_.mqtt_user, settings_.mqtt_password, 60});
        tasks_.start(mqtt_->run());
    }
    for (const auto& forwarder : forwarders_) tasks_.start(forwarder->run());
    if (settings_.gpsd.empty()) return;
    gpsd_ = std::make_unique<GpsdCaller>(host_, pool_, settings_.gpsd, settings_.gpsd_device);
    tasks_.start(gpsd_->run());
}

std::string CallerService::counters() const {
    std::vector<std::string> forward;
    for (const auto& forwarder : forwarders_) forward.push_back(forwarder->to_json());
    return fmt::format(
        R"({{"mqtt_connected":{},"mqtt_messages":{},"gpsd_connected":{},"hooks_posted":{},)"
        R"("hooks_failed":{},"forward":[{}],)"
        R"("refused_messages":{},"quarantined_messages":{},{},"refused_lately":{}}})",
        mqtt_ && mqtt_->is_connected(), mqtt_ ? mqtt_->messages() : 0,
        gpsd_ && gpsd_->is_connected(), hooks_ ? hooks_->posted() : 0,
        hooks_ ? hooks_->failed() : 0, fmt::join(forward, ","), host_.refusals.refused(),
        host_.refusals.quarantined(), host_.refusals.reasons_to_json(), host_.refusals.to_json(16));
}

}  // namespace

int run_caller(ServiceStart& start) {
    return CallerService(start).run();
}

}  // namespace waymark::tracker
