#include "services/refusals.hh"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kMostShown = 40;
constexpr std::size_t kShortestToken = 16;  // ours have 22 characters

bool is_number(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
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

bool Refusals::Case::is_same(const Case& other) const {
    return status == other.status && device == other.device && reason == other.reason &&
           field == other.field && who == other.who && address == other.address;
}

void Refusals::note(const Decoded& decoded, const net::Address& peer, UnixMillis now) {
    const bool is_refused = decoded.status >= 400;
    if (!is_refused && decoded.quarantined.empty()) return;
    ++(is_refused ? refused_ : quarantined_);

    Case current;
    current.status = decoded.status;
    current.device = decoded.from;
    current.network = peer.network_key();
    current.reason = is_refused ? decoded.error : decoded.quarantined.front().reason;
    current.field = decoded.field;
    current.address = peer.host_text();
    if (!decoded.stranger.empty())
        current.who = shown_name(decoded.stranger, decoded.is_stranger_by_token);
    note(std::move(current), now);
}

void Refusals::note_unread(int status, std::string_view why, const net::Address& peer,
                           UnixMillis now) {
    Case current;
    current.status = status;
    current.network = peer.network_key();
    current.reason = why;
    current.address = peer.host_text();
    note(std::move(current), now);
}

void Refusals::note(Case current, UnixMillis now) {
    const auto known = std::find_if(cases_.begin(), cases_.end(),
                                    [&](const Case& each) { return each.is_same(current); });
    if (known != cases_.end()) {
        current = std::move(*known);
        cases_.erase(known);
    }
    ++current.count;
    current.last_ms = now;
    if (current.told_ms == 0 || now - current.told_ms >= kQuiet) tell(current, now);
    cases_.push_front(std::move(current));
    if (cases_.size() > kMost) forget_one();
}

// The one that rested longest, of the network that has the most.
void Refusals::forget_one() {
    const auto cases_of = [this](const net::NetworkKey& network) {
        return std::count_if(cases_.begin(), cases_.end(),
                             [&](const Case& each) { return each.network == network; });
    };
    auto chosen = cases_.end();
    std::ptrdiff_t most = 0;
    for (auto each = cases_.begin(); each != cases_.end(); ++each) {
        const std::ptrdiff_t count = cases_of(each->network);
        if (count < most) continue;
        most = count;
        chosen = each;
    }
    cases_.erase(chosen);
}

// A flood of strangers must not become a flood of lines.
bool Refusals::may_tell(const Case& that, UnixMillis now) {
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

void Refusals::tell(Case& that, UnixMillis now) {
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

std::string Refusals::to_json(std::size_t most) const {
    std::string json = "[";
    for (const Case& each : cases_) {
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
