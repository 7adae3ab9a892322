// What a client may say when it has connected, and how a place in the stream is written. RFC 5425
// lets the one who connects send; here it receives, and one that says nothing has the bare stream.
// A client that wants to go on after a break asks for it with one line, and then each frame begins
// with its place and a blank:
//
//     from now            from here on
//     from oldest         everything that is still there
//     from 1764399602123.17   what comes behind that place
//
// A place is the run of the server and the number of the message. A new run counts anew, so number
// 17 of another run is not this one's: whoever compared the numbers alone would miss messages and
// not know it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::logrelay {

struct Place {
    std::uint64_t run = 0;     // when the server began, in milliseconds since 1970
    std::uint64_t number = 0;  // of the message that was had last
    friend bool operator==(const Place&, const Place&) = default;
};

std::string to_string(const Place& place);
// Two numbers without signs or zeros before them, with a dot between; nothing if it is not that.
std::optional<Place> read_place(std::string_view text);

struct Greeting {
    enum class From { now, oldest, place };
    From from = From::now;
    Place place{};              // if it is From::place
    bool wants_places = false;  // each frame begins with its place
};

// `line` without its end, "\n" or "\r\n". Nothing if it is no greeting.
std::optional<Greeting> read_greeting(std::string_view line);
// The longest that can be right, with its end.
inline constexpr std::size_t kLongestGreeting = 64;

}  // namespace waymark::logrelay
