#include "web_app/account_book.hh"

#include <algorithm>
#include <exception>
#include <utility>

namespace waymark::tracker {

void AccountBook::learn(AccountsRead read) {
    std::unordered_map<TokenHash, Known, TokenHashHasher> sessions;
    std::unordered_map<SessionNumber, TokenHash> by_session;
    for (Session& session : read.sessions) {
        const TokenHash token = session.token;
        Known known{std::move(session)};
        known.told_ms = known.session.used_ms;
        const auto before = sessions_.find(token);
        if (before != sessions_.end())
            known.session.used_ms = std::max(known.session.used_ms, before->second.session.used_ms);
        by_session.emplace(known.session.number, token);
        sessions.emplace(token, std::move(known));
    }
    sessions_ = std::move(sessions);
    by_session_ = std::move(by_session);
    accounts_ = std::move(read.accounts);
    by_number_.clear();
    by_name_.clear();
    grants_.clear();
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        by_number_.emplace(accounts_[i].number, i);
        by_name_.emplace(folded_name(accounts_[i].name), i);
        grants_.emplace(accounts_[i].number,
                        std::make_shared<const std::vector<DeviceGrant>>(accounts_[i].grants));
    }
    is_known_ = true;
}

std::optional<Viewer> AccountBook::viewer_of(const Session& session) const {
    const Account* const account = by_number(session.user);
    if (account == nullptr) return std::nullopt;
    return Viewer{.user = account->number,
                  .name = account->name,
                  .role = account->role,
                  .grants = grants_.at(account->number),
                  .session = session.number};
}

std::optional<Viewer> AccountBook::find(std::string_view token, UnixMillis now) {
    if (token.empty()) return std::nullopt;
    const auto found = sessions_.find(hash_token(token));
    if (found == sessions_.end()) return std::nullopt;
    Session& session = found->second.session;
    if (end_of(session) <= now) return std::nullopt;
    session.used_ms = std::max(session.used_ms, now);
    return viewer_of(session);
}

std::optional<Viewer> AccountBook::find_session(SessionNumber number, UnixMillis now) const {
    const auto token = by_session_.find(number);
    if (token == by_session_.end()) return std::nullopt;
    const Session& session = sessions_.at(token->second).session;
    if (end_of(session) <= now) return std::nullopt;
    return viewer_of(session);
}

const Account* AccountBook::by_name(std::string_view name) const {
    const auto found = by_name_.find(folded_name(name));
    return found == by_name_.end() ? nullptr : &accounts_[found->second];
}

const Account* AccountBook::by_number(UserNumber number) const {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? nullptr : &accounts_[found->second];
}

const Account* AccountBook::by_link(const TokenHash& link, UnixMillis now) const {
    const auto found = std::ranges::find_if(accounts_, [&](const Account& account) {
        return account.link == link && account.link_expires_ms > now;
    });
    return found == accounts_.end() ? nullptr : &*found;
}

std::vector<Session> AccountBook::sessions_of(UserNumber user, UnixMillis now) const {
    std::vector<Session> result;
    for (const auto& [token, known] : sessions_)
        if (known.session.user == user && end_of(known.session) > now)
            result.push_back(known.session);
    std::ranges::sort(result, [](const Session& a, const Session& b) {
        return std::pair(a.used_ms, a.number) > std::pair(b.used_ms, b.number);
    });
    return result;
}

bool AccountBook::is_known_from(UserNumber user, const net::NetworkKey& network,
                                UnixMillis now) const {
    return std::ranges::any_of(sessions_, [&](const auto& entry) {
        const Session& session = entry.second.session;
        return session.user == user && end_of(session) > now &&
               network_in(session.address) == network;
    });
}

std::vector<SessionNumber> AccountBook::take_uses() {
    std::vector<SessionNumber> uses;
    for (auto& [token, known] : sessions_) {
        if (known.session.used_ms < known.told_ms + kUseInterval) continue;
        known.told_ms = known.session.used_ms;
        uses.push_back(known.session.number);
    }
    return uses;
}

std::optional<net::NetworkKey> network_in(std::string_view address) {
    try {
        const net::Address parsed = net::Address::parse(std::string(address));
        if (parsed.is_ip()) return parsed.network_key();
    } catch (const std::exception&) {
    }
    return std::nullopt;
}

}  // namespace waymark::tracker
