#include "web_app/client_places.hh"

#include <chrono>
#include <utility>

#include "web_app/answers.hh"

namespace waymark::tracker {

using net::ConnectionGate;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::chrono::seconds kComeAgain{5};

net::Task<> keep_place(ConnectionGate::Slot slot, net::Task<> answering) {
    co_await answering;
    slot.give_back();
}

}  // namespace

net::GateLimits ClientPlaces::limits_of(const ReloadableSettings& settings) {
    return {.soft = settings.max_connections,
            .hard = settings.max_connections,
            .per_network = settings.max_connections_per_address,
            .early_drop = {}};
}

Completion ClientPlaces::answer(Exchange& exchange, const net::Address& client,
                                const net::http::Handler& handler) {
    ConnectionGate::Entry entry = gate_.enter(client);
    if (entry.admission == net::Admission::refused) {
        answer_later(exchange, "Too many requests at once come from your address.", kComeAgain);
        return net::http::answered();
    }
    Completion completion = handler(exchange);
    if (!completion.is_pending()) return completion;
    return keep_place(std::move(entry.slot), std::move(completion.task()));
}

}  // namespace waymark::tracker
