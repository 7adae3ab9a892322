// The receiver: hears the phones. It parses what anybody may send, so it has no disk, no database
// and no right to run other programs; what it understood it hands to the store, and it answers a
// phone when the store says that the fix is on disk.

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/privileges.hh"
#include "memory_directory.hh"
#include "net/event_loop.hh"
#include "protocol.hh"
#include "services/http_door.hh"
#include "services/service.hh"
#include "services/service_control.hh"
#include "services/service_log.hh"
#include "services/store_link.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

using daemon::Channel;
using daemon::Deadline;
using net::http::Completion;
using net::http::Exchange;

constexpr std::size_t kLargestBody = std::size_t{1024} * 1024;
constexpr std::chrono::seconds kTimeToFinish{8};
constexpr std::string_view kRetryAfterSeconds = "10";

// Decoded messages that wait for the store, reused with the memory they have.
class DecodedPool {
  public:
    using Lease = std::unique_ptr<Decoded>;

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

class ReceiverService {
  public:
    explicit ReceiverService(ServiceStart& start);
    int run();

  private:
    Completion receive(Exchange& exchange);
    net::Task<> store_and_answer(Exchange& exchange, DecodedPool::Lease decoded);
    void answer(Exchange& exchange, const Decoded& decoded);
    void answer_not_durable(Exchange& exchange, const std::string& reason);
    void learn(std::string_view part);
    void reload(std::string_view text);
    std::string counters() const;

    net::EventLoop loop_;
    daemon::Log log_;
    StoreLink store_;
    DirectoryUnpacker unpacker_;
    std::optional<MemoryDirectory> devices_;
    DecodedPool pool_;
    net::http::Router router_;
    HttpDoor door_;
    ServiceControl control_;
    std::uint64_t not_durable_ = 0;
    bool is_losing_ = false;  // the last submission was not durable
};

ReceiverService::ReceiverService(ServiceStart& start)
    : log_(log_options(start.settings, fmt::format("tracker receiver {}", start.number))),
      store_(loop_, {}),
      door_(loop_, router_, std::move(start.listeners), start.settings.reloadable,
            start.settings.reloadable.devices_access_list(), log_),
      control_(
          loop_, std::move(start.control),
          {.on_peer = [this](Peer, Channel channel) { store_.connect(std::move(channel)); },
           .on_stop =
               [this] { door_.close(Deadline::after(kTimeToFinish), [this] { loop_.stop(); }); },
           .on_settings = [this](std::string_view text) { reload(text); },
           .on_devices_changed = {},
           .counters = [this] { return counters(); }}) {
    router_.add("*", "/*", kLargestBody, [this](Exchange& exchange) { return receive(exchange); });
    store_.on_directory([this](std::string_view part) { learn(part); });
}

int ReceiverService::run() {
    loop_.run();
    return 0;
}

// Serves from the moment on in which it knows the devices: before that every phone would be a
// stranger, and some phones throw away what a server refused.
void ReceiverService::learn(std::string_view part) {
    if (unpacker_.add(part) != DirectoryUnpacker::Result::complete) return;
    const bool is_first = !devices_;
    devices_ = unpacker_.take();
    if (!is_first) return;
    door_.open();
    control_.ready();
}

Completion ReceiverService::receive(Exchange& exchange) {
    DecodedPool::Lease decoded = pool_.take();
    decode(exchange.request, *devices_, unix_now(), *decoded);
    if (!decoded->empty()) return store_and_answer(exchange, std::move(decoded));
    answer(exchange, *decoded);
    pool_.give(std::move(decoded));
    return net::http::answered();
}

net::Task<> ReceiverService::store_and_answer(Exchange& exchange, DecodedPool::Lease decoded) {
    const StoreLink::Verdict verdict = co_await store_.submit(*decoded);
    if (verdict.durable) {
        is_losing_ = false;
        answer(exchange, *decoded);
    } else {
        answer_not_durable(exchange, verdict.reason);
    }
    pool_.give(std::move(decoded));
}

void ReceiverService::answer(Exchange& exchange, const Decoded& decoded) {
    exchange.answer.answer(decoded.status, decoded.content_type, decoded.body);
}

// 503 makes every phone keep its point and come again. A 4xx would make some drop it.
void ReceiverService::answer_not_durable(Exchange& exchange, const std::string& reason) {
    ++not_durable_;
    if (!std::exchange(is_losing_, true)) log_.error("fixes cannot be stored: {}", reason);
    exchange.answer.begin(503);
    exchange.answer.field("Retry-After", kRetryAfterSeconds);
    exchange.answer.end("text/plain; charset=utf-8",
                        "The fix could not be stored. Try again later.\n");
}

void ReceiverService::reload(std::string_view text) {
    const ReloadableSettings settings = ReloadableSettings::from_text(text);
    log_.set_level(settings.level());
    log_.reopen();
    door_.reload(settings, settings.devices_access_list());
}

std::string ReceiverService::counters() const {
    return fmt::format(R"({{{},"not_durable":{},"unanswered_bytes":{},"store_connected":{}}})",
                       door_.counters(), not_durable_, store_.unanswered_bytes(),
                       store_.is_connected());
}

}  // namespace

int run_receiver(ServiceStart& start) {
    return ReceiverService(start).run();
}

}  // namespace waymark::tracker
