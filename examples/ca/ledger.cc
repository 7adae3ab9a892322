#include "ledger.hh"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/error.hh"

namespace waymark::ca {

namespace {

constexpr std::string_view kFirstWord = "waymark-ca 1\t";

[[noreturn]] void refuse(std::size_t line, std::string_view what) {
    throw daemon::UsageError(
        fmt::format("ledger, line {}: {}; take back what was changed in it", line, what));
}

// The part before the next `separator`, which goes with it; all if there is none.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

// Only what format_time() writes: strptime(3) alone takes blanks and single digits as well.
std::optional<Time> parse_time(std::string_view text) {
    tm parts{};
    const std::string copy(text);
    const char* const end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    const Time time = std::chrono::floor<std::chrono::seconds>(
        std::chrono::system_clock::from_time_t(::timegm(&parts)));
    return format_time(time) == text ? std::optional(time) : std::nullopt;
}

std::optional<net::Purpose> parse_purpose(std::string_view word) {
    if (word == "server") return net::Purpose::server;
    if (word == "client") return net::Purpose::client;
    return std::nullopt;
}

bool is_serial(std::string_view text) {
    return !text.empty() && text.size() <= 40 &&
           text.find_first_not_of("0123456789ABCDEF") == std::string_view::npos;
}

Issued parse_issued(std::string_view text, std::size_t line) {
    std::array<std::string_view, 4> fields;
    for (std::string_view& field : fields) field = take_until(text, '\t');
    const auto [serial, purpose_word, not_after_text, revoked_text] = fields;
    const std::optional<net::Purpose> purpose = parse_purpose(purpose_word);
    const std::optional<Time> not_after = parse_time(not_after_text);
    if (!is_serial(serial)) refuse(line, "no serial number");
    if (!purpose) refuse(line, "neither 'server' nor 'client'");
    if (!not_after) refuse(line, "no time at which it expires");
    Issued issued{std::string(serial), *purpose, *not_after, std::nullopt, std::string(text)};
    if (revoked_text != "-") {
        issued.revoked = parse_time(revoked_text);
        if (!issued.revoked) refuse(line, "no time at which it was revoked, and no '-'");
    }
    if (text.empty() || text.find('\t') != std::string_view::npos) refuse(line, "no name");
    return issued;
}

}  // namespace

bool Issued::has_name(std::string_view name) const {
    if (purpose == net::Purpose::client) return names == name;
    for (std::string_view left = names; !left.empty();)
        if (take_until(left, ',') == name) return true;
    return false;
}

Ledger parse_ledger(std::string_view text) {
    Ledger ledger;
    std::string_view first = take_until(text, '\n');
    if (!first.starts_with(kFirstWord)) refuse(1, "not a ledger of this program");
    first.remove_prefix(kFirstWord.size());
    const auto [end, error] =
        std::from_chars(first.data(), first.data() + first.size(), ledger.next_list);
    if (error != std::errc() || end != first.data() + first.size() || ledger.next_list == 0)
        refuse(1, "no number of the next list");
    for (std::size_t line = 2; !text.empty(); ++line)
        ledger.issued.push_back(parse_issued(take_until(text, '\n'), line));
    return ledger;
}

std::string format_ledger(const Ledger& ledger) {
    std::string text = fmt::format("{}{}\n", kFirstWord, ledger.next_list);
    for (const Issued& each : ledger.issued)
        text += fmt::format("{}\t{}\t{}\t{}\t{}\n", each.serial, word_of(each.purpose),
                            format_time(each.not_after),
                            each.revoked ? format_time(*each.revoked) : "-", each.names);
    return text;
}

std::string format_time(Time time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

const char* word_of(net::Purpose purpose) {
    switch (purpose) {
        case net::Purpose::server:
            return "server";
        case net::Purpose::client:
            return "client";
        case net::Purpose::authority:
            break;
    }
    return "authority";
}

}  // namespace waymark::ca
