// What a phone says, and what it makes of the answer: a point as the request of Traccar Client, of
// the OsmAnd app or of a logger that speaks Sextant, and the answers in the four kinds that matter
// to a phone with a queue. No socket.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/client.hh"
#include "trips/trip.hh"

namespace waymark::tracker {

enum class PhoneProtocol { traccar, osmand, sextant };

// Nothing for another name.
std::optional<PhoneProtocol> parse_phone_protocol(std::string_view name);

struct PhoneIdentity {
    PhoneProtocol protocol = PhoneProtocol::traccar;
    std::string device;     // Traccar: the identifier; OsmAnd and Sextant: the token
    std::string base_path;  // of the server's address, "" or "/base"
};

// One point as one request, ready to be sent. Units are the protocol's: Traccar's speed is in
// knots, OsmAnd's in metres per second.
struct PhoneMessage {
    std::string_view method;
    std::string target;
    std::string_view content_type = {};
    std::string body = {};

    net::http::Outgoing outgoing() const;
};
PhoneMessage make_message(const PhoneIdentity& identity, const TripPoint& point);

enum class Delivery {
    delivered,  // 2xx: the phone forgets the point
    at_once,    // an idle connection had been closed: nothing is wrong
    later,      // nobody answers, or the server says that it cannot now (5xx, 408, 425, 429)
    refused,    // a person has to change something
};
Delivery delivery_of(const net::http::ExchangeResult& result);

// One line: why the point was not delivered, and for `refused` what to do.
std::string explain(const net::http::ExchangeResult& result, const PhoneIdentity& identity);

// How long to wait before the next try: doubles from half a second to half a minute, begins anew
// after a success; a server that says Retry-After is believed, up to the same bound.
class RetryPause {
  public:
    static constexpr std::chrono::milliseconds kFirst{500};
    static constexpr std::chrono::milliseconds kLongest{30'000};

    std::chrono::milliseconds next(const net::http::Response& response);
    void reset() { wait_ = kFirst; }

  private:
    std::chrono::milliseconds wait_ = kFirst;
};

}  // namespace waymark::tracker
