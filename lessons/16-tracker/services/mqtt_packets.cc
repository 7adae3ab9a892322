#include "services/mqtt_packets.hh"

#include <algorithm>
#include <array>

namespace waymark::tracker {
namespace {

constexpr int kMostLengthBytes = 4;  // section 2.2.3

void put16(std::string& out, std::uint16_t number) {
    out += static_cast<char>(number >> 8);
    out += static_cast<char>(number & 0xFF);
}

// A text is at most 65,535 bytes (section 1.5.3).
void put_text(std::string& out, std::string_view text) {
    text = text.substr(0, 0xFFFF);
    put16(out, static_cast<std::uint16_t>(text.size()));
    out += text;
}

std::string packet(unsigned first, std::string_view body) {
    std::string out(1, static_cast<char>(first));
    std::size_t left = body.size();
    do {
        const std::size_t digit = left % 128;
        left /= 128;
        out += static_cast<char>(digit | (left > 0 ? 128 : 0));
    } while (left > 0);
    out += body;
    return out;
}

// Takes values off the front; after one that is not there all is empty.
class Front {
  public:
    explicit Front(std::string_view bytes) : rest_(bytes) {}

    std::uint16_t take16() {
        const std::string_view bytes = take(2);
        if (bytes.size() < 2) return 0;
        return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                                          static_cast<unsigned char>(bytes[1]));
    }
    std::string_view take(std::size_t count) {
        if (rest_.size() < count) {
            ok_ = false;
            rest_ = {};
        }
        const std::string_view bytes = rest_.substr(0, ok_ ? count : 0);
        rest_.remove_prefix(bytes.size());
        return bytes;
    }
    std::string_view rest() const { return rest_; }
    bool ok() const { return ok_; }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace

std::string mqtt_connect(const MqttLogin& login) {
    std::string body;
    put_text(body, "MQTT");
    body += '\x04';  // version 3.1.1
    const bool has_user = !login.user.empty();
    const bool has_password = has_user && !login.password.empty();
    body += static_cast<char>((has_user ? 0x80 : 0) | (has_password ? 0x40 : 0));
    put16(body, login.keep_alive_s);
    put_text(body, login.client_id);
    if (has_user) put_text(body, login.user);
    if (has_password) put_text(body, login.password);
    return packet(0x10, body);
}

std::string mqtt_subscribe(std::uint16_t packet_id, std::string_view filter) {
    std::string body;
    put16(body, packet_id);
    put_text(body, filter);
    body += '\x01';
    return packet(0x82, body);
}

std::string mqtt_puback(std::uint16_t packet_id) {
    std::string body;
    put16(body, packet_id);
    return packet(0x40, body);
}

std::string mqtt_pingreq() {
    return packet(0xC0, {});
}

std::string mqtt_disconnect() {
    return packet(0xE0, {});
}

void MqttReader::add(std::string_view bytes) {
    if (!broken_) held_ += bytes;
}

// False if it is not whole yet.
bool MqttReader::read_header() {
    std::size_t length = 0;
    for (int i = 0; i < kMostLengthBytes; ++i) {
        const std::size_t at = static_cast<std::size_t>(i) + 1;
        if (held_.size() <= at) return false;
        const unsigned digit = static_cast<unsigned char>(held_[at]);
        length |= static_cast<std::size_t>(digit & 127) << (7 * i);
        if ((digit & 128) != 0) continue;
        header_ = at + 1;
        length_ = length;
        passed_over_ = 0;
        return true;
    }
    broken_ = true;
    return false;
}

std::optional<MqttPacket> MqttReader::next() {
    if (broken_ || (header_ == 0 && !read_header())) return std::nullopt;
    const std::size_t kept = header_ + std::min(length_, kMostKept);
    // What is too much of it goes as it comes.
    if (held_.size() > kept) {
        const std::size_t surplus =
            std::min(held_.size() - kept, length_ + header_ - kept - passed_over_);
        held_.erase(kept, surplus);
        passed_over_ += surplus;
    }
    if (held_.size() < kept || kept + passed_over_ < header_ + length_) return std::nullopt;
    MqttPacket read = read_body();
    held_.erase(0, kept);
    header_ = 0;
    if (broken_) return std::nullopt;
    return read;
}

MqttPacket MqttReader::read_body() {
    const unsigned first = static_cast<unsigned char>(held_[0]);
    const auto type = static_cast<MqttType>(first >> 4);
    Front body(std::string_view(held_).substr(header_, std::min(length_, kMostKept)));
    MqttPacket read;
    read.type = type;
    read.is_cut = length_ > kMostKept;
    if (type == MqttType::connack || type == MqttType::suback) {
        body.take(type == MqttType::connack ? 1 : 2);
        const std::string_view code = body.take(1);
        if (!code.empty()) read.code = static_cast<std::uint8_t>(code[0]);
    } else if (type == MqttType::publish) {
        read.qos = static_cast<std::uint8_t>(first >> 1 & 3);
        read.is_retained = (first & 1) != 0;
        read.topic = body.take(body.take16());
        if (read.qos > 0) read.packet_id = body.take16();
        read.payload = body.rest();
        // Two is more than was asked for, and three is none.
        broken_ = read.qos > 1;
    }
    broken_ = broken_ || !body.ok();
    return read;
}

std::string_view mqtt_connack_text(std::uint8_t code) {
    static constexpr std::array<std::string_view, 6> kTexts{"accepted",
                                                            "it does not speak MQTT 3.1.1",
                                                            "it does not want this client's name",
                                                            "it is not available now",
                                                            "user or password are wrong",
                                                            "this user may not come in"};
    return code < kTexts.size() ? kTexts[code] : "for a reason that the standard does not know";
}

}  // namespace waymark::tracker
