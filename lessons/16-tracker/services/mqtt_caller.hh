// The subscriber for OwnTracks over MQTT (services/mqtt_packets). The broker keeps the session
// while we are away, and each message until it has our PUBACK, which goes out when the position is
// on disk: so the broker is the buffer, and what it was told that we have is durable.
//
// What came before is taken together: all messages that have arrived are stored in one batch, and
// acknowledged together. Where the store fails the connection is given up, and the broker sends
// them again. A message that can never be a position is acknowledged, or it would come for ever
// and, with nineteen like it, fill the window of the broker. Retained messages are old news.

#pragma once

#include <cstdint>
#include <string>

#include "net/tls_context.hh"
#include "services/call_target.hh"
#include "services/caller.hh"
#include "services/mqtt_packets.hh"

namespace waymark::tracker {

class MqttCaller {
  public:
    // All must outlive it; `tls` is null where the target is not secured.
    MqttCaller(CallerHost& host, daemon::ThreadPool& pool, CallTarget target,
               const net::TlsClientContext* tls, MqttLogin login)
        : host_(host),
          pool_(pool),
          target_(std::move(target)),
          tls_(tls),
          login_(std::move(login)),
          state_(host.log, "MQTT broker at " + target_.host_and_port) {}

    // Without an end.
    net::Task<> run();
    bool is_connected() const { return state_.is_connected(); }
    std::uint64_t messages() const { return messages_; }

  private:
    net::Task<std::string> converse(net::Stream& stream);
    void take(const MqttPacket& packet, const net::Address& peer);
    std::string note_state(const MqttPacket& packet, std::string& out);

    CallerHost& host_;
    daemon::ThreadPool& pool_;
    const CallTarget target_;
    const net::TlsClientContext* const tls_;
    MqttLogin login_;
    CallState state_;
    CallPause pause_;
    Decoded one_, batch_;
    std::string acknowledgements_;
    std::uint64_t messages_ = 0;
};

}  // namespace waymark::tracker
