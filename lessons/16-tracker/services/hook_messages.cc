#include "services/hook_messages.hh"

#include <algorithm>

#include "daemon/channel.hh"
#include "services/bytes.hh"

namespace waymark::tracker {

namespace {

constexpr std::size_t kPassedInMessage = 10'000;
static_assert(1 + kPassedInMessage * sizeof(DeviceNumber) <= daemon::Channel::kMaxMessage);

}  // namespace

bool read(std::string_view message, std::vector<DeviceNumber>& passed) {
    ByteReader in(message);
    in.get<MessageKind>();
    passed.clear();
    while (in.ok() && in.left() > 0) passed.push_back(in.get<DeviceNumber>());
    return in.complete();
}

std::vector<std::string> write_passages(const std::vector<PlaceEvent>& events) {
    std::vector<DeviceNumber> devices;
    for (const PlaceEvent& event : events) devices.push_back(event.device);
    std::ranges::sort(devices);
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    std::vector<std::string> messages;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        if (i % kPassedInMessage == 0) messages.push_back(write_empty(MessageKind::passages));
        ByteWriter(messages.back()).put(devices[i]);
    }
    return messages;
}

bool read(std::string_view message, HookPost& post) {
    ByteReader in(message);
    in.get<MessageKind>();
    post.number = in.get<std::int64_t>();
    post.hook = in.get<HookNumber>();
    for (std::string* const text : {&post.url, &post.secret, &post.id, &post.body})
        *text = in.get_text();
    return in.complete();
}

std::string write(const HookPost& post) {
    std::string message = write_empty(MessageKind::post);
    ByteWriter out(message);
    out.put(post.number);
    out.put(post.hook);
    for (const std::string* const text : {&post.url, &post.secret, &post.id, &post.body})
        out.put(std::string_view(*text));
    return message;
}

bool read(std::string_view message, HookAnswer& answer) {
    ByteReader in(message);
    in.get<MessageKind>();
    answer.post = in.get<std::int64_t>();
    answer.is_taken = in.get<std::uint8_t>() != 0;
    answer.said = in.get_text();
    return in.complete();
}

std::string write(const HookAnswer& answer) {
    std::string message = write_empty(MessageKind::posted);
    ByteWriter out(message);
    out.put(answer.post);
    out.put(answer.is_taken);
    out.put(std::string_view(answer.said));
    return message;
}

}  // namespace waymark::tracker
