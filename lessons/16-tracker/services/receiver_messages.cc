#include "services/receiver_messages.hh"

#include <utility>

#include "daemon/channel.hh"
#include "services/bytes.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kHeardInMessage = 2000;
constexpr std::size_t kHeardBytes =
    sizeof(DeviceNumber) + sizeof(sa_family_t) + sizeof(std::uint32_t) + sizeof(std::uint64_t);
static_assert(1 + kHeardInMessage * kHeardBytes <= daemon::Channel::kMaxMessage);

constexpr std::size_t kPlacesInMessage = 2000;
constexpr std::size_t kPlaceBytes =
    sizeof(DeviceNumber) + sizeof(UnixMillis) + 2 * sizeof(std::int32_t) + 1 + sizeof(float);
static_assert(1 + kPlacesInMessage * kPlaceBytes <= daemon::Channel::kMaxMessage);

}  // namespace

bool read(std::string_view message, std::vector<LastPlace>& places) {
    ByteReader in(message);
    in.get<MessageKind>();
    places.clear();
    while (in.ok() && in.left() > 0) {
        LastPlace& place = places.emplace_back();
        place.device = in.get<DeviceNumber>();
        place.time_ms = in.get<UnixMillis>();
        place.latitude_e7 = in.get<std::int32_t>();
        place.longitude_e7 = in.get<std::int32_t>();
        place.accuracy_m = in.get_optional();
    }
    return in.complete();
}

std::vector<std::string> write_places(const std::vector<LastPlace>& places) {
    std::vector<std::string> messages;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (i % kPlacesInMessage == 0) messages.push_back(write_empty(MessageKind::places));
        ByteWriter out(messages.back());
        out.put(places[i].device);
        out.put(places[i].time_ms);
        out.put(places[i].latitude_e7);
        out.put(places[i].longitude_e7);
        out.put(places[i].accuracy_m);
    }
    return messages;
}

bool read(std::string_view message, std::vector<Heard>& heard) {
    ByteReader in(message);
    in.get<MessageKind>();
    heard.clear();
    while (in.ok() && in.left() > 0) {
        Heard& each = heard.emplace_back();
        each.device = in.get<DeviceNumber>();
        each.network.family = in.get<sa_family_t>();
        each.network.interface = in.get<std::uint32_t>();
        each.network.bits = in.get<std::uint64_t>();
    }
    return in.complete();
}

bool read(std::string_view message, AskKept& question) {
    ByteReader in(message);
    in.get<MessageKind>();
    question.id = in.get<std::uint64_t>();
    question.device = in.get<DeviceNumber>();
    question.digests.clear();
    while (in.ok() && in.left() > 0) question.digests.emplace_back(in.get_text());
    return in.complete();
}

bool read(std::string_view message, Kept& answer) {
    ByteReader in(message);
    in.get<MessageKind>();
    answer.id = in.get<std::uint64_t>();
    answer.all = in.get<std::uint8_t>() != 0;
    return in.complete();
}

std::vector<std::string> write_heard(const std::vector<Heard>& heard) {
    std::vector<std::string> messages;
    for (std::size_t i = 0; i < heard.size(); ++i) {
        const bool is_first = i % kHeardInMessage == 0;
        if (is_first) messages.push_back(write_empty(MessageKind::heard));
        ByteWriter out(messages.back());
        out.put(heard[i].device);
        out.put(heard[i].network.family);
        out.put(heard[i].network.interface);
        out.put(heard[i].network.bits);
    }
    return messages;
}

std::string write(const AskKept& question) {
    std::string message = write_empty(MessageKind::ask_kept);
    ByteWriter out(message);
    out.put(question.id);
    out.put(question.device);
    for (const std::string& digest : question.digests) out.put(std::string_view(digest));
    return message.size() <= daemon::Channel::kMaxMessage ? message : std::string();
}

std::string write(const Kept& answer) {
    std::string message = write_empty(MessageKind::kept);
    ByteWriter out(message);
    out.put(answer.id);
    out.put(answer.all);
    return message;
}

}  // namespace waymark::tracker
