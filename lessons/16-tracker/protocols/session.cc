#include "protocols/session.hh"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>

namespace waymark::tracker {
namespace {

constexpr std::size_t kLongestSession = 64;

std::optional<std::string> seal_of(std::string_view purpose, DeviceNumber device,
                                   std::int64_t until_s, const DeviceDirectory& devices) {
    return devices.seal(device, fmt::format("{} {} {}", purpose, device, until_s));
}

// A number and the point behind it.
template <class Whole>
bool take_part(std::string_view& text, Whole& value) {
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos) return false;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + point, value);
    const bool is_read = error == std::errc() && stop == text.data() + point;
    text.remove_prefix(point + 1);
    return is_read;
}

// As long for a seal that is nearly right.
bool is_same_seal(std::string_view one, std::string_view other) {
    return one.size() == other.size() && ::sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace

std::string make_session(std::string_view purpose, DeviceNumber device, UnixMillis until,
                         const DeviceDirectory& devices) {
    const std::int64_t until_s = until / 1000;
    const std::optional<std::string> seal = seal_of(purpose, device, until_s, devices);
    return seal ? fmt::format("{}.{}.{}", device, until_s, *seal) : std::string();
}

std::optional<KnownDevice> find_session(std::string_view purpose, std::string_view session,
                                        UnixMillis now, const DeviceDirectory& devices) {
    DeviceNumber number = 0;
    std::int64_t until_s = 0;
    if (session.size() > kLongestSession || !take_part(session, number) ||
        !take_part(session, until_s) || until_s < now / 1000)
        return std::nullopt;
    const std::optional<std::string> seal = seal_of(purpose, number, until_s, devices);
    if (!seal || !is_same_seal(*seal, session)) return std::nullopt;
    return devices.by_number(number);
}

}  // namespace waymark::tracker
