#include "web_app/local_clock.hh"

#include <algorithm>
#include <charconv>
#include <limits>

#include "unix_time.hh"

namespace waymark::tracker {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::sys_days;

namespace {

constexpr UnixMillis kMinute = milliseconds(minutes(1)).count();
constexpr minutes kFarthestOffset = std::chrono::days(1);
// A quarter of what the type holds, so that adding an offset cannot overflow.
constexpr UnixMillis kEver = std::numeric_limits<UnixMillis>::max() / 4;

// The whole of `text` as a number between the two, or nothing.
std::optional<std::int64_t> number_in(std::string_view text, std::int64_t least,
                                      std::int64_t most) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end || number < least || number > most) return {};
    return number;
}

std::optional<minutes> offset_in(std::string_view text) {
    const auto number = number_in(text, -kFarthestOffset.count(), kFarthestOffset.count());
    if (!number) return {};
    return minutes(*number);
}

sys_days day_at(UnixMillis time, minutes offset) {
    return std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<milliseconds>(milliseconds(time) + offset));
}

}  // namespace

void LocalClock::begin_stretch(UnixMillis from, minutes offset) {
    sys_days first_day = day_at(from, offset);
    if (!stretches_.empty()) {
        Stretch& before = stretches_.back();
        before.to = from;
        first_day = std::max(before.first_day, day_at(from - 1, before.offset));
    }
    stretches_.push_back({from, kEver, offset, first_day});
}

std::optional<LocalClock> LocalClock::parse(std::string_view text) {
    LocalClock clock;
    const std::size_t comma = text.find(',');
    const std::optional<minutes> first = offset_in(text.substr(0, comma));
    if (!first) return {};
    clock.begin_stretch(-kEver, *first);
    text.remove_prefix(std::min(text.size(), comma));
    while (!text.empty()) {
        text.remove_prefix(1);  // the comma
        const std::string_view change = text.substr(0, text.find(','));
        text.remove_prefix(change.size());
        const std::size_t colon = std::min(change.find(':'), change.size());
        const auto minute = number_in(change.substr(0, colon), 0, kEndOfTime / kMinute);
        const auto offset = offset_in(change.substr(std::min(colon + 1, change.size())));
        if (!minute || !offset || clock.stretches_.size() > kMostChanges) return {};
        if (*minute * kMinute <= clock.stretches_.back().from) return {};
        clock.begin_stretch(*minute * kMinute, *offset);
    }
    return clock;
}

sys_days LocalClock::day_of(UnixMillis time) const {
    const Stretch* found = &stretches_.front();
    for (const Stretch& stretch : stretches_) {
        found = &stretch;
        if (time < stretch.to) break;
    }
    return std::max(found->first_day, day_at(time, found->offset));
}

UnixMillis LocalClock::begin_of(sys_days day) const {
    for (const Stretch& stretch : stretches_) {
        const UnixMillis midnight = milliseconds(day.time_since_epoch() - stretch.offset).count();
        if (midnight < stretch.to) return std::max(midnight, stretch.from);
    }
    return kEver;  // not reached by a day that a fix can have: the last stretch has no end
}

}  // namespace waymark::tracker
