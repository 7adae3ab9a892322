#include "client_place.hh"

#include <fmt/format.h>

#include <utility>

#include "octet_frames.hh"

namespace waymark::logrelay {

void ClientPlace::go_to(const Greeting& greeting) {
    wants_places_ = greeting.wants_places;
    if (greeting.from == Greeting::From::now) return;
    next_ = ring_.first();
    if (greeting.from == Greeting::From::oldest) return;
    const Place& had = greeting.place;
    if (had.run == run_ && had.number < ring_.next())
        next_ = had.number + 1;
    else
        begins_with_ = fmt::format(
            "the relay knows no place {}: it was started anew, and messages may be missing here",
            to_string(had));
}

void ClientPlace::take(std::string& stream, std::size_t most) {
    if (!begins_with_.empty()) tell(stream, "RESTARTED", std::exchange(begins_with_, {}));
    if (next_ < ring_.first()) {
        const std::uint64_t missing = ring_.first() - next_;
        next_ = ring_.first();
        dropped_ += missing;
        tell(stream, "DROPPED",
             fmt::format("{} messages were dropped here: this client was too far behind", missing));
    }
    for (; stream.size() < most && has_more(); ++next_) {
        append(stream, next_, ring_.at(next_));
        ++sent_;
    }
}

void ClientPlace::tell(std::string& stream, std::string_view kind, const std::string& text) {
    append(stream, next_ - 1, own_message_(kind, text));
}

void ClientPlace::append(std::string& stream, std::uint64_t number, std::string_view message) {
    if (wants_places_)
        append_frame(stream, fmt::format("{} {}", to_string(Place{run_, number}), message));
    else
        append_frame(stream, message);
}

}  // namespace waymark::logrelay
