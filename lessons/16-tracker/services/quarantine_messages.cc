// The messages about the quarantine; declared in messages.hh.

#include "services/bytes.hh"
#include "services/messages.hh"

namespace waymark::tracker {

bool read(std::string_view message, Room& room) {
    ByteReader in(message);
    in.get<MessageKind>();
    room.left = in.get<std::uint8_t>() != 0;
    return in.complete();
}

bool read(std::string_view message, QuarantineWish& wish) {
    ByteReader in(message);
    in.get<MessageKind>();
    wish.id = in.get<std::uint64_t>();
    wish.action = in.get<QuarantineWish::Action>();
    wish.device = in.get<DeviceNumber>();
    wish.number = in.get<std::int64_t>();
    wish.after = in.get<std::int64_t>();
    return in.complete();
}

bool read(std::string_view message, QuarantineDone& done) {
    ByteReader in(message);
    in.get<MessageKind>();
    done.id = in.get<std::uint64_t>();
    done.gone = in.get<std::int64_t>();
    done.kept = in.get<std::int64_t>();
    done.next = in.get<std::int64_t>();
    done.failure = in.get_text();
    return in.complete();
}

std::string write(const Room& room) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::room);
    out.put(room.left);
    return message;
}

std::string write(const QuarantineWish& wish) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::quarantine_wish);
    out.put(wish.id);
    out.put(wish.action);
    out.put(wish.device);
    out.put(wish.number);
    out.put(wish.after);
    return message;
}

std::string write(const QuarantineDone& done) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::quarantine_done);
    out.put(done.id);
    out.put(done.gone);
    out.put(done.kept);
    out.put(done.next);
    out.put(std::string_view(done.failure));
    return message;
}

}  // namespace waymark::tracker
