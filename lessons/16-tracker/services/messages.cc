#include "services/messages.hh"

#include <algorithm>
#include <cassert>
#include <utility>

#include "daemon/channel.hh"
#include "services/bytes.hh"

namespace waymark::tracker {

namespace {

constexpr std::size_t kMost = daemon::Channel::kMaxMessage;

enum class ItemKind : std::uint8_t { fix = 1, quarantined, heartbeat };

Quarantined get_quarantined(ByteReader& in) {
    Quarantined quarantined;
    quarantined.device = in.get<DeviceNumber>();
    quarantined.index = in.get<std::uint32_t>();
    quarantined.reason = in.get_text();
    quarantined.source = in.get<Source>();
    quarantined.raw = in.get_text();
    return quarantined;
}

Heartbeat get_heartbeat(ByteReader& in) {
    Heartbeat heartbeat;
    heartbeat.device = in.get<DeviceNumber>();
    heartbeat.battery_percent = in.get_optional();
    return heartbeat;
}

bool get_item(ByteReader& in, std::vector<Item>& items) {
    switch (in.get<ItemKind>()) {
        case ItemKind::fix:
            items.emplace_back(get_fix(in));
            break;
        case ItemKind::quarantined:
            items.emplace_back(get_quarantined(in));
            break;
        case ItemKind::heartbeat:
            items.emplace_back(get_heartbeat(in));
            break;
        default:
            return false;
    }
    return in.ok();
}

std::string begin_stored(std::uint64_t sequence) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::stored);
    out.put(sequence);
    return message;
}

}  // namespace

void put(ByteWriter& out, const Fix& fix) {
    out.put(fix.device);
    out.put(fix.time_ms);
    out.put(fix.latitude_e7);
    out.put(fix.longitude_e7);
    out.put(fix.altitude_m);
    out.put(fix.speed_mps);
    out.put(fix.course_deg);
    out.put(fix.accuracy_m);
    out.put(fix.battery_percent);
    out.put(fix.valid);
    out.put(fix.source);
    out.put(fix.extras);
}

Fix get_fix(ByteReader& in) {
    Fix fix;
    fix.device = in.get<DeviceNumber>();
    fix.time_ms = in.get<UnixMillis>();
    fix.latitude_e7 = in.get<std::int32_t>();
    fix.longitude_e7 = in.get<std::int32_t>();
    fix.altitude_m = in.get_optional();
    fix.speed_mps = in.get_optional();
    fix.course_deg = in.get_optional();
    fix.accuracy_m = in.get_optional();
    fix.battery_percent = in.get_optional();
    fix.valid = in.get<std::uint8_t>() != 0;
    fix.source = in.get<Source>();
    fix.extras = in.get_text();
    return fix;
}

std::string_view name_of(ServiceKind kind) {
    switch (kind) {
        case ServiceKind::store:
            return "store";
        case ServiceKind::receiver:
            return "receiver";
        case ServiceKind::web_app:
            return "web app";
        case ServiceKind::demo:
            return "demo";
        case ServiceKind::caller:
            return "caller";
    }
    return "service";
}

void BatchWriter::begin(std::string& out, Ticket ticket) {
    out.clear();
    ByteWriter writer(out);
    writer.put(MessageKind::batch);
    writer.put(ticket);
}

bool BatchWriter::add(const Fix& fix) {
    const std::size_t size_before = out_.size();
    ByteWriter writer(out_);
    writer.put(ItemKind::fix);
    put(writer, fix);
    return keep_if_it_fits(size_before);
}

bool BatchWriter::add(const Quarantined& quarantined) {
    const std::size_t size_before = out_.size();
    ByteWriter writer(out_);
    writer.put(ItemKind::quarantined);
    writer.put(quarantined.device);
    writer.put(quarantined.index);
    writer.put(std::string_view(quarantined.reason));
    writer.put(quarantined.source);
    writer.put(std::string_view(quarantined.raw).substr(0, kMaximumRaw));
    return keep_if_it_fits(size_before);
}

bool BatchWriter::add(const Heartbeat& heartbeat) {
    const std::size_t size_before = out_.size();
    ByteWriter writer(out_);
    writer.put(ItemKind::heartbeat);
    writer.put(heartbeat.device);
    writer.put(heartbeat.battery_percent);
    return keep_if_it_fits(size_before);
}

bool BatchWriter::keep_if_it_fits(std::size_t size_before) {
    if (out_.size() <= kMost) return true;
    out_.resize(size_before);
    return false;
}

MessageKind kind_of(std::string_view message) {
    return ByteReader(message).get<MessageKind>();
}

bool read(std::string_view message, Batch& batch) {
    ByteReader in(message);
    in.get<MessageKind>();
    batch.ticket = in.get<Ticket>();
    batch.items.clear();
    while (in.ok() && in.left() > 0)
        if (!get_item(in, batch.items)) return false;
    return in.complete();
}

bool read(std::string_view message, Answer& answer) {
    ByteReader in(message);
    in.get<MessageKind>();
    answer.ticket = in.get<Ticket>();
    answer.durable = in.get<std::uint8_t>() != 0;
    answer.reason = in.get_text();
    return in.complete();
}

bool read(std::string_view message, Stored& stored) {
    ByteReader in(message);
    in.get<MessageKind>();
    stored.sequence = in.get<std::uint64_t>();
    stored.fixes.clear();
    while (in.ok() && in.left() > 0) stored.fixes.push_back(get_fix(in));
    return in.complete();
}

bool read(std::string_view message, Peer& peer) {
    ByteReader in(message);
    in.get<MessageKind>();
    peer.kind = in.get<ServiceKind>();
    peer.number = in.get<std::uint16_t>();
    return in.complete();
}

bool read(std::string_view message, Room& room) {
    ByteReader in(message);
    in.get<MessageKind>();
    room.left = in.get<std::uint8_t>() != 0;
    return in.complete();
}

bool read(std::string_view message, Listen& listen) {
    ByteReader in(message);
    in.get<MessageKind>();
    listen.wanted = in.get<std::uint8_t>() != 0;
    return in.complete();
}

std::string_view text_of(std::string_view message) {
    ByteReader in(message);
    in.get<MessageKind>();
    const std::string_view text = in.get_text();
    return in.complete() ? text : std::string_view();
}

std::string write(const Answer& answer) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::answer);
    out.put(answer.ticket);
    out.put(answer.durable);
    out.put(std::string_view(answer.reason));
    return message;
}

std::string write(const Peer& peer) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::peer);
    out.put(peer.kind);
    out.put(peer.number);
    return message;
}

std::string write(const Room& room) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::room);
    out.put(room.left);
    return message;
}

std::string write(const Listen& listen) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::listen);
    out.put(listen.wanted);
    return message;
}

std::string write_empty(MessageKind kind) {
    std::string message;
    ByteWriter(message).put(kind);
    return message;
}

std::string write_text(MessageKind kind, std::string_view text) {
    std::string message;
    ByteWriter out(message);
    out.put(kind);
    out.put(text);
    assert(message.size() <= kMost);
    return message;
}

std::string write_begin(std::uint64_t sequence) {
    return begin_stored(sequence);
}

std::vector<std::string> write_stored(std::uint64_t sequence, const std::vector<Fix>& fixes) {
    std::vector<std::string> messages;
    std::string one;
    for (const Fix& fix : fixes) {
        one.clear();
        ByteWriter out(one);
        put(out, fix);
        if (messages.empty() || messages.back().size() + one.size() > kMost)
            messages.push_back(begin_stored(sequence));
        messages.back() += one;
    }
    return messages;
}

}  // namespace waymark::tracker
