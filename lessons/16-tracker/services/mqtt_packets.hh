// The packets of MQTT 3.1.1 (OASIS standard, section 3) that a subscriber needs: CONNECT,
// SUBSCRIBE, PUBLISH that comes in with QoS 0 or 1, PUBACK, PINGREQ. Bytes in, values out.
//
// Not libmosquitto: there a message counts as received when its callback returns, and that is
// before our commit; its loop wants a thread or a socket of its own beside ours. What a subscriber
// needs of the protocol is this page, and with it PUBACK goes out when the position is on disk.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

struct MqttLogin {
    std::string client_id;  // the broker keeps the session under it
    std::string user;       // "" for none
    std::string password;
    std::uint16_t keep_alive_s = 60;
};

// With clean session 0: the broker keeps what comes while we are away.
std::string mqtt_connect(const MqttLogin& login);
// With QoS 1.
std::string mqtt_subscribe(std::uint16_t packet_id, std::string_view filter);
std::string mqtt_puback(std::uint16_t packet_id);
std::string mqtt_pingreq();
std::string mqtt_disconnect();

enum class MqttType : std::uint8_t {
    connack = 2,
    publish = 3,
    suback = 9,
    pingresp = 13,
    other = 0,
};

struct MqttPacket {
    MqttType type = MqttType::other;
    std::uint8_t code = 0;  // of CONNACK: 0 is accepted; of SUBACK: 0x80 is refused
    std::uint8_t qos = 0;   // of PUBLISH
    bool is_retained = false;
    bool is_cut = false;  // longer than kMostKept; the payload is its beginning
    std::optional<std::uint16_t> packet_id;
    std::string topic, payload;
};

// Takes packets out of what a broker sends.
class MqttReader {
  public:
    // Of a packet so much is kept in memory; what follows is passed over, so that a message that is
    // too long can be acknowledged and does not come again for ever.
    static constexpr std::size_t kMostKept = std::size_t{256} * 1024;

    void add(std::string_view bytes);
    // The next whole packet; nothing if more bytes are needed, or if it is broken.
    std::optional<MqttPacket> next();
    // Nothing that follows can be understood: close the connection (section 4.8).
    bool is_broken() const { return broken_; }

  private:
    bool read_header();
    MqttPacket read_body();

    std::string held_;
    std::size_t header_ = 0;       // bytes of the fixed header; 0: it is not read yet
    std::size_t length_ = 0;       // of the body
    std::size_t passed_over_ = 0;  // of the body, already
    bool broken_ = false;
};

// "accepted", or why not (section 3.2.2.3).
std::string_view mqtt_connack_text(std::uint8_t code);

}  // namespace waymark::tracker
