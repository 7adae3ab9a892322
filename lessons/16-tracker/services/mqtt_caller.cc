#include "services/mqtt_caller.hh"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "protocols/owntracks.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;

namespace {

constexpr std::string_view kTopicFilter = "owntracks/+/+";
constexpr std::chrono::seconds kMqttSend{10};

template <class Value>
void move_all(std::vector<Value>& from, std::vector<Value>& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

net::Task<> MqttCaller::run() {
    MakeLayer make_layer;
    if (target_.is_secured) make_layer = [this] { return tls_->connect(target_.host); };
    for (;;) {
        std::string failure;
        net::Task<std::unique_ptr<net::Stream>> dialling =
            dial(host_, pool_, target_.host_and_port, make_layer, failure);
        const std::unique_ptr<net::Stream> stream = co_await dialling;
        if (stream) {
            net::Task<std::string> conversation = converse(*stream);
            failure = co_await conversation;
        }
        state_.failed(failure);
        net::Task<> sleeping = sleep_for(host_.loop, pause_.next());
        co_await sleeping;
    }
}

// Until it fails; says why.
net::Task<std::string> MqttCaller::converse(net::Stream& stream) {
    MqttReader reader;
    std::array<char, 16 * 1024> buffer;
    std::string out = mqtt_connect(login_);
    const auto half = std::chrono::seconds(login_.keep_alive_s) / 2;
    bool is_asked = false;  // PINGREQ is out, and nothing has come since
    for (;;) {
        const net::Transfer sent = co_await stream.write_all(out, kMqttSend);
        if (sent.outcome != net::Outcome::done) co_return "it takes nothing any more";
        out.clear();
        const Deadline deadline = Deadline::after(half, host_.loop.now());
        const net::Transfer got = co_await stream.read_some(buffer, deadline);
        if (got.outcome == net::Outcome::timed_out) {
            if (is_asked || !state_.is_connected()) co_return "it does not answer";
            is_asked = true;
            out = mqtt_pingreq();
            continue;
        }
        if (got.outcome != net::Outcome::done) co_return "the connection has ended";
        is_asked = false;
        reader.add({buffer.data(), got.bytes});
        batch_.clear();
        acknowledgements_.clear();
        while (const std::optional<MqttPacket> packet = reader.next()) {
            const std::string failure = note_state(*packet, out);
            if (!failure.empty()) co_return failure;
        }
        if (reader.is_broken()) co_return "it does not keep to MQTT";
        const StoreLink::Result result = co_await host_.store.submit(batch_);
        if (!result.durable) co_return "positions cannot be stored: " + result.reason;
        out += acknowledgements_;
    }
}

// Takes one packet; says why the conversation must end.
std::string MqttCaller::note_state(const MqttPacket& packet, std::string& out) {
    switch (packet.type) {
        case MqttType::connack:
            if (packet.code != 0) return std::string(mqtt_connack_text(packet.code));
            out += mqtt_subscribe(1, kTopicFilter);
            break;
        case MqttType::suback:
            if (packet.code == 0x80) return "it refuses the subscription";
            state_.connected();
            pause_.reset();
            break;
        case MqttType::publish:
            ++messages_;
            if (!packet.is_retained && !packet.is_cut) take(packet, {});
            if (packet.packet_id) acknowledgements_ += mqtt_puback(*packet.packet_id);
            break;
        default:
            break;
    }
    return {};
}

void MqttCaller::take(const MqttPacket& packet, const net::Address& peer) {
    const UnixMillis now = unix_now();
    owntracks_decode_published(packet.topic, packet.payload, *host_.devices, now, one_);
    host_.refusals.note(one_, peer, now);
    move_all(one_.fixes, batch_.fixes);
    move_all(one_.quarantined, batch_.quarantined);
}

}  // namespace waymark::tracker
