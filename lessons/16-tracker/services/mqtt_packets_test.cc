#include "services/mqtt_packets.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::tracker;
using namespace std::string_literals;

namespace {

// PUBLISH, QoS 1, topic "a/b", id 7, payload "x".
const std::string kPublish = "\x32\x08\x00\x03"s + "a/b" + "\x00\x07"s + "x";

}  // namespace

TEST_CASE("what is sent is as the standard has it") {
    CHECK(mqtt_connect({"id", "", "", 60}) == "\x10\x0E\x00\x04MQTT\x04\x00\x00\x3C\x00\x02id"s);
    CHECK(mqtt_connect({"id", "u", "p", 60}) ==
          "\x10\x14\x00\x04MQTT\x04\xC0\x00\x3C\x00\x02id\x00\x01u\x00\x01p"s);
    CHECK(mqtt_subscribe(1, "a/+") == "\x82\x08\x00\x01\x00\x03"s + "a/+" + "\x01");
    CHECK(mqtt_puback(0x1234) == "\x40\x02\x12\x34"s);
    CHECK(mqtt_pingreq() == "\xC0\x00"s);
    CHECK(mqtt_disconnect() == "\xE0\x00"s);
}

TEST_CASE("packets are read wherever the bytes are cut") {
    const std::string all = "\x20\x02\x00\x00"s + "\x90\x03\x00\x01\x01"s + kPublish + "\xD0\x00"s;
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        MqttReader in;
        std::vector<MqttPacket> packets;
        for (const std::string& piece : {all.substr(0, cut), all.substr(cut)}) {
            in.add(piece);
            while (auto packet = in.next()) packets.push_back(*packet);
        }
        REQUIRE(packets.size() == 4);
        CHECK_FALSE(in.is_broken());
        CHECK(packets[0].type == MqttType::connack);
        CHECK(packets[1].type == MqttType::suback);
        CHECK(packets[1].code == 1);
        CHECK(packets[2].topic == "a/b");
        CHECK(packets[2].packet_id == 7);
        CHECK(packets[2].payload == "x");
        CHECK_FALSE(packets[2].is_retained);
        CHECK(packets[3].type == MqttType::pingresp);
    }
}

TEST_CASE("a message that is too long is passed over, and can be acknowledged") {
    const std::size_t length = MqttReader::kMostKept * 3;
    std::string head = "\x33"s;
    for (std::size_t left = length; left > 0; left /= 128)
        head += static_cast<char>(left % 128 | (left >= 128 ? 128 : 0));
    const std::string body = "\x00\x03"s + "a/b" + "\x00\x07"s + std::string(length - 7, 'x');
    MqttReader in;
    in.add(head + body.substr(0, 1000));
    CHECK_FALSE(in.next());
    in.add(body.substr(1000, MqttReader::kMostKept));
    CHECK_FALSE(in.next());
    in.add(body.substr(1000 + MqttReader::kMostKept) + kPublish);
    const auto packet = in.next();
    REQUIRE(packet);
    CHECK(packet->is_cut);
    CHECK(packet->is_retained);
    CHECK(packet->packet_id == 7);
    CHECK(packet->payload.size() == MqttReader::kMostKept - 7);
    CHECK(in.next()->payload == "x");
}

TEST_CASE("what no broker may send breaks the conversation") {
    for (const std::string& bytes :
         {"\x30\xFF\xFF\xFF\xFF\x01"s, "\x32\x03\x00\x09x"s, "\x32\x04\x00\x01xy"s,
          "\x34\x06\x00\x01x\x00\x07y"s, "\x20\x01\x00"s}) {
        MqttReader in;
        in.add(bytes);
        CHECK_FALSE(in.next());
        CHECK(in.is_broken());
    }
}
