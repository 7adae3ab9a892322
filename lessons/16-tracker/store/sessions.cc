#include "store/sessions.hh"

#include <algorithm>
#include <cstring>

#include "store/change_lock.hh"

namespace waymark::tracker {

namespace {

TokenHash token_of(std::string_view bytes) {
    TokenHash hash{};
    std::memcpy(hash.data(), bytes.data(), std::min(bytes.size(), hash.size()));
    return hash;
}

}  // namespace

UnixMillis end_of(const Session& session) {
    return std::min(session.begun_ms + kSessionWhole, session.used_ms + kSessionIdle);
}

std::vector<Session> Sessions::list() {
    std::vector<Session> sessions;
    Statement rows(connection_,
                   "SELECT number, account, token_hash, begun_ms, used_ms, address, agent "
                   "FROM session ORDER BY used_ms DESC, number DESC");
    while (rows.step()) {
        Session& session = sessions.emplace_back();
        session.number = rows.integer(0);
        session.user = static_cast<UserNumber>(rows.integer(1));
        session.token = token_of(rows.text(2));
        session.begun_ms = rows.integer(3);
        session.used_ms = rows.integer(4);
        session.address = rows.text(5);
        session.agent = rows.text(6);
    }
    return sessions;
}

void Sessions::make_room(UserNumber user, UnixMillis now) {
    Statement old(connection_, "DELETE FROM session WHERE begun_ms <= ?1 OR used_ms <= ?2");
    old.bind(1, now - kSessionWhole);
    old.bind(2, now - kSessionIdle);
    old.run();
    Statement more(connection_,
                   "DELETE FROM session WHERE account = ?1 AND number NOT IN (SELECT number FROM "
                   "session WHERE account = ?1 ORDER BY used_ms DESC, number DESC LIMIT ?2)");
    more.bind(1, user);
    more.bind(2, kMostOfOne - 1);
    more.run();
}

SessionNumber Sessions::begin(const Session& session) {
    one_change_at_a_time(connection_);
    make_room(session.user, session.begun_ms);
    Statement insert(connection_,
                     "INSERT INTO session (number, account, token_hash, begun_ms, used_ms, "
                     "address, agent) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)");
    const std::string_view token{reinterpret_cast<const char*>(session.token.data()),
                                 session.token.size()};
    insert.bind_if(1, connection_.new_number());
    insert.bind(2, session.user);
    insert.bind_bytes(3, token);
    insert.bind(4, session.begun_ms);
    insert.bind_text(5, session.address);
    insert.bind_text(6, std::string_view(session.agent).substr(0, kLongestAgent));
    insert.run();
    return connection_.last_row();
}

bool Sessions::end(UserNumber user, SessionNumber number) {
    one_change_at_a_time(connection_);
    Statement remove(connection_, "DELETE FROM session WHERE number = ?1 AND account = ?2");
    remove.bind(1, number);
    remove.bind(2, user);
    remove.run();
    return connection_.changed_rows() > 0;
}

std::int64_t Sessions::end_all_but(UserNumber user, SessionNumber kept) {
    one_change_at_a_time(connection_);
    Statement remove(connection_, "DELETE FROM session WHERE account = ?1 AND number <> ?2");
    remove.bind(1, user);
    remove.bind(2, kept);
    remove.run();
    return connection_.changed_rows();
}

void Sessions::note_use(SessionNumber number, UnixMillis now) {
    Statement update(connection_,
                     "UPDATE session SET used_ms = ?2 WHERE number = ?1 AND used_ms < ?2");
    update.bind(1, number);
    update.bind(2, now);
    update.run();
}

}  // namespace waymark::tracker
