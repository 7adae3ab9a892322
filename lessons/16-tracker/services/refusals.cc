#include "services/refusals.hh"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kMostShown = 40;
constexpr std::size_t kShortestToken = 16;  // ours have 22 characters

constexpr std::size_t kLongestIdentifier = 128;  // store/devices.hh

bool is_number(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool has_any(std::string_view text, char first, char last) {
    return std::any_of(text.begin(), text.end(), [=](char c) { return c >= first && c <= last; });
}

// One letter more or less than a token of ours has (token.hh), small and capital ones among them.
bool is_like_a_token(std::string_view text) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return text.size() >= 20 && text.size() <= 24 &&
           text.find_first_not_of(kLetters) == std::string_view::npos && has_any(text, 'A', 'Z') &&
           has_any(text, 'a', 'z');
}

}  // namespace

std::string shown_name(std::string_view called, bool by_token) {
    const bool may_be_token = by_token || (called.size() >= kShortestToken && !is_number(called));
    const std::size_t most =
        may_be_token ? std::min<std::size_t>(4, called.size() / 4) : kMostShown;
    std::string shown(called.substr(0, most));
    for (char& c : shown)
        if (c < ' ' || c > '~') c = '?';
    if (may_be_token) return fmt::format("{}... ({} characters)", shown, called.size());
    return called.size() > most ? shown + "..." : shown;
}

std::string name_to_add(std::string_view called, bool by_token) {
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    if (by_token || called.empty() || called.size() > kLongestIdentifier || called.front() == ' ' ||
        called.back() == ' ' || std::any_of(called.begin(), called.end(), is_control) ||
        !is_utf8(called) || is_like_a_token(called))
        return {};
    return std::string(called);
}

void Refusals::note(const Decoded& decoded, const net::Address& peer, UnixMillis now) {
    const bool is_refused = decoded.status >= 400;
    if (!is_refused && decoded.quarantined.empty()) return;
    ++(is_refused ? refused_ : quarantined_);

    RefusalCase current;
    current.status = decoded.status;
    current.device = decoded.from;
    current.network = peer.network_key();
    current.reason = is_refused ? decoded.error : decoded.quarantined.front().reason;
    (is_refused ? refused_reasons_ : quarantined_reasons_).add(current.reason);
    current.field = decoded.field;
    current.address = peer.host_text();
    current.protocol = decoded.protocol;
    if (!decoded.stranger.empty()) {
        current.who = shown_name(decoded.stranger, decoded.is_stranger_by_token);
        current.called = name_to_add(decoded.stranger, decoded.is_stranger_by_token);
    }
    note(std::move(current), now);
}

void Refusals::note_unread(int status, std::string_view why, const net::Address& peer,
                           UnixMillis now) {
    RefusalCase current;
    current.status = status;
    current.network = peer.network_key();
    current.reason = why;
    current.address = peer.host_text();
    note(std::move(current), now);
}

void Refusals::note(RefusalCase current, UnixMillis now) {
    current.count = 1;
    current.last_ms = now;
    news_.add(current);
    RefusalCase& noted = list_.add(std::move(current));
    if (noted.told_ms == 0 || now - noted.told_ms >= kQuiet) tell(noted, now);
    if (when_noted_) when_noted_();
}

// A flood of strangers must not become a flood of lines.
bool Refusals::may_tell(const RefusalCase& that, UnixMillis now) {
    if (now - minute_began_ >= 60'000 || now < minute_began_) {
        minute_began_ = now;
        told_.clear();
    }
    const auto of_it = std::count(told_.begin(), told_.end(), that.network);
    if (told_.size() >= kLinesPerMinute || of_it >= static_cast<std::ptrdiff_t>(kLinesOfOneNetwork))
        return false;
    told_.push_back(that.network);
    return true;
}

void Refusals::tell(RefusalCase& that, UnixMillis now) {
    if (!may_tell(that, now)) {
        ++untold_;
        return;
    }
    that.told_ms = now;
    const std::string who = that.device != 0    ? fmt::format("device {}", that.device)
                            : !that.who.empty() ? that.who
                            : that.status == 0  ? "a client"
                                                : "a message";
    const std::string others =
        untold_ == 0 ? "" : fmt::format(" ({} others were not logged)", std::exchange(untold_, 0));
    log_.warning("{} from {} {}: {}{}{}{}", who, that.address,
                 that.status == 200 ? "is in quarantine" : "is refused", that.reason,
                 that.field.empty() ? "" : " in ", that.field, others);
}

std::string Refusals::reasons_to_json() const {
    return fmt::format(R"("refused_by_reason":{},"quarantined_by_reason":{})",
                       refused_reasons_.to_json(), quarantined_reasons_.to_json());
}

std::string Refusals::to_json(std::size_t most) const {
    std::string json = "[";
    for (const RefusalCase& each : list_.cases()) {
        if (most-- == 0) break;
        if (json.size() > 1) json += ',';
        fmt::format_to(std::back_inserter(json),
                       R"({{"time":{},"count":{},"status":{},"reason":"{}","field":"{}","who":)",
                       each.last_ms, each.count, each.status, each.reason, each.field);
        append_json_string(json, each.who);
        fmt::format_to(std::back_inserter(json), R"(,"device":{},"address":"{}"}})", each.device,
                       each.address);
    }
    return json + ']';
}

}  // namespace waymark::tracker
