#include "relay.hh"

#include <exception>
#include <utility>

#include "greeting.hh"

namespace waymark::logrelay {

namespace {

std::optional<net::TlsServerContext> tls_of(const Options& options) {
    if (options.plaintext) return std::nullopt;
    return std::optional<net::TlsServerContext>(
        std::in_place, net::TlsServerOptions{.identity = {options.certificate, options.key},
                                             .client_authorities = options.authority,
                                             .revoked = options.revoked});
}

}  // namespace

Relay::Relay(net::EventLoop& loop, const Options& options, net::Listener listener, daemon::Log& log)
    : loop_(loop),
      options_(options),
      log_(log),
      tls_(tls_of(options)),
      ring_(options.keep),
      cut_off_(loop.timers(), [this] { loop_.stop(); }),
      delivery_(loop, ring_, std::move(listener), tls_ ? &*tls_ : nullptr,
                examples::read_access(options.access),
                {options.clients, options.handshake_time, options.greeting_time, options.patience},
                log),
      intake_(loop, ring_, examples::read_access(options.senders), options.longest,
              [this] { delivery_.tell_of_messages(); }) {
    log_notes();
}

// A certificate that ends soon is told while there is time.
void Relay::log_notes() {
    if (!tls_) return;
    for (const std::string& note : tls_->notes()) log_.warning("{}", note);
}

void Relay::reload() {
    try {
        net::AccessList senders = examples::read_access(options_.senders);
        net::AccessList access = examples::read_access(options_.access);
        if (tls_) tls_->reload();
        log_notes();
        log_.notice("read anew: {} rules for senders, {} for clients{}", senders.size(),
                    access.size(), tls_ ? ", certificates" : "");
        intake_.set_senders(std::move(senders));
        delivery_.set_access(std::move(access));
    } catch (const std::exception& error) {
        log_.error("{}; all is as it was", error.what());
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
