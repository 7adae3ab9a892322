#include "relay.hh"

#include <exception>
#include <utility>

#include "greeting.hh"

namespace waymark::logrelay {

Relay::Relay(net::EventLoop& loop, const Options& options, net::Listener listener, daemon::Log& log)
    : loop_(loop),
      options_(options),
      log_(log),
      ring_(options.keep),
      cut_off_(loop.timers(), [this] { loop_.stop(); }),
      delivery_(loop, ring_, std::move(listener), read_rules(options.access),
                {options.clients, options.greeting_time, options.patience}, log),
      intake_(loop, ring_, read_rules(options.senders), options.longest,
              [this] { delivery_.tell_all(); }) {}

void Relay::reload() {
    try {
        net::AccessList senders = read_rules(options_.senders);
        net::AccessList access = read_rules(options_.access);
        log_.notice("read anew: {} rules for senders, {} for clients", senders.size(),
                    access.size());
        intake_.set_senders(std::move(senders));
        delivery_.set_access(std::move(access));
    } catch (const std::exception& error) {
        log_.error("{}; the old rules hold", error.what());
    }
}

void Relay::log_counts() {
    const Intake::Counts& in = intake_.counts();
    const Delivery::Counts& out = delivery_.counts();
    log_.notice(
        "received {}, refused {}, cut {}, lost on their way in {}; kept {} in {} bytes, up to "
        "place {}; clients {}, sent {}, dropped {}",
        in.received, in.refused, in.cut, in.lost, ring_.next() - ring_.first(), ring_.bytes(),
        to_string(Place{delivery_.run(), ring_.next() - 1}), delivery_.clients(), out.sent,
        out.dropped);
}

void Relay::stop() {
    if (std::exchange(is_stopping_, true)) return loop_.stop();
    intake_.stop();
    cut_off_.set(daemon::Deadline::after(options_.stop_time));
    delivery_.stop([this] { loop_.stop(); });
}

}  // namespace waymark::logrelay
