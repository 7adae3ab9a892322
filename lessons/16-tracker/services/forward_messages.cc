#include "services/forward_messages.hh"

#include "daemon/channel.hh"
#include "services/bytes.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kLongestRefusal = 400;

void put(ByteWriter& out, const FixPlace& place) {
    out.put(place.sequence);
    out.put(place.device);
    out.put(place.time_ms);
    out.put(place.latitude_e7);
    out.put(place.longitude_e7);
    out.put(place.writer);
}

FixPlace get_place(ByteReader& in) {
    FixPlace place;
    place.sequence = in.get<std::int64_t>();
    place.device = in.get<DeviceNumber>();
    place.time_ms = in.get<UnixMillis>();
    place.latitude_e7 = in.get<std::int32_t>();
    place.longitude_e7 = in.get<std::int32_t>();
    place.writer = in.get<std::int64_t>();
    return place;
}

Forwarding::Progress get_progress(ByteReader& in) {
    Forwarding::Progress progress;
    progress.place = get_place(in);
    progress.sent = in.get<std::int64_t>();
    progress.refused = in.get<std::int64_t>();
    progress.refusal = in.get_text();
    return progress;
}

}  // namespace

std::string write(const Forwarded& forwarded) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::forwarded);
    out.put(std::string_view(forwarded.destination));
    out.put(forwarded.wants_next);
    out.put(forwarded.goes_on);
    if (!forwarded.progress) return message;
    put(out, forwarded.progress->place);
    out.put(forwarded.progress->sent);
    out.put(forwarded.progress->refused);
    out.put(std::string_view(forwarded.progress->refusal).substr(0, kLongestRefusal));
    return message;
}

bool read(std::string_view message, Forwarded& forwarded) {
    ByteReader in(message);
    in.get<MessageKind>();
    forwarded.destination = in.get_text();
    forwarded.wants_next = in.get<std::uint8_t>() != 0;
    forwarded.goes_on = in.get<std::uint8_t>() != 0;
    forwarded.progress.reset();
    if (in.left() > 0) forwarded.progress = get_progress(in);
    return in.complete();
}

std::string write(const ToForward& to_forward) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::to_forward);
    out.put(std::string_view(to_forward.destination));
    out.put(to_forward.waiting);
    out.put(to_forward.state.sent);
    out.put(to_forward.state.refused);
    out.put(std::string_view(to_forward.state.last_refusal).substr(0, kLongestRefusal));
    out.put(to_forward.state.last_refusal_ms.value_or(0));
    for (const FixToSend& fix : to_forward.fixes) {
        const std::size_t size_before = message.size();
        out.put(fix.place.sequence);
        out.put(fix.place.writer);
        put(out, fix.fix);
        out.put(std::string_view(fix.called));
        if (message.size() <= daemon::Channel::kMaxMessage) continue;
        message.resize(size_before);
        break;
    }
    return message;
}

bool read(std::string_view message, ToForward& to_forward) {
    ByteReader in(message);
    in.get<MessageKind>();
    to_forward.destination = in.get_text();
    to_forward.waiting = in.get<std::int64_t>();
    to_forward.state = {};
    to_forward.state.destination = to_forward.destination;
    to_forward.state.sent = in.get<std::int64_t>();
    to_forward.state.refused = in.get<std::int64_t>();
    to_forward.state.last_refusal = in.get_text();
    if (const auto refused_ms = in.get<UnixMillis>(); refused_ms != 0)
        to_forward.state.last_refusal_ms = refused_ms;
    to_forward.fixes.clear();
    while (in.ok() && in.left() > 0) {
        FixToSend& fix = to_forward.fixes.emplace_back();
        const auto sequence = in.get<std::int64_t>();
        const auto writer = in.get<std::int64_t>();
        fix.fix = get_fix(in);
        fix.called = in.get_text();
        fix.place = place_of(fix.fix, sequence, writer);
    }
    return in.complete();
}

}  // namespace waymark::tracker
