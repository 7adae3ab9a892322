// How many requests of one client are answered at once, where clients come by a proxy: all have its
// address, so the server's own limit (net/connection_gate) cannot tell them apart, and one of them
// could take all places with streams that never end.

#pragma once

#include "net/address.hh"
#include "net/connection_gate.hh"
#include "net/http/exchange.hh"
#include "settings.hh"

namespace waymark::tracker {

class ClientPlaces {
  public:
    explicit ClientPlaces(const ReloadableSettings& settings) : gate_(limits_of(settings)) {}

    // Who is inside stays.
    void set_limits(const ReloadableSettings& settings) { gate_.set_limits(limits_of(settings)); }

    // Answers with the handler, which keeps a place of the client until it has ended; without one
    // the answer is 503. The handler is called in here and not kept.
    net::http::Completion answer(net::http::Exchange& exchange, const net::Address& client,
                                 const net::http::Handler& handler);

    std::size_t count_of(const net::Address& client) const { return gate_.count_of(client); }

  private:
    static net::GateLimits limits_of(const ReloadableSettings& settings);

    net::ConnectionGate gate_;
};

}  // namespace waymark::tracker
