#include "greeting.hh"

#include <charconv>

namespace waymark::logrelay {

namespace {

std::optional<std::uint64_t> read_number(std::string_view text) {
    const bool has_extra_zero = text.size() > 1 && text.front() == '0';
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || has_extra_zero)
        return std::nullopt;
    return value;
}

}  // namespace

std::string to_string(const Place& place) {
    return std::to_string(place.run) + '.' + std::to_string(place.number);
}

std::optional<Place> read_place(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == text.npos) return std::nullopt;
    const auto run = read_number(text.substr(0, dot));
    const auto number = read_number(text.substr(dot + 1));
    if (!run || !number) return std::nullopt;
    return Place{*run, *number};
}

std::optional<Greeting> read_greeting(std::string_view line) {
    constexpr std::string_view kFrom = "from ";
    if (!line.starts_with(kFrom)) return std::nullopt;
    line.remove_prefix(kFrom.size());
    Greeting greeting;
    greeting.wants_places = true;
    if (line == "now") return greeting;
    greeting.from = Greeting::From::oldest;
    if (line == "oldest") return greeting;
    greeting.from = Greeting::From::place;
    const std::optional<Place> place = read_place(line);
    if (!place) return std::nullopt;
    greeting.place = *place;
    return greeting;
}

}  // namespace waymark::logrelay
