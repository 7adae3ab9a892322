#include "store/share_links.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "daemon/error.hh"
#include "store/change_lock.hh"

namespace waymark::tracker {

namespace {

constexpr const char* kShares =
    "SELECT s.number, s.device, coalesce(s.account, 0), s.made_by, s.made_ms, s.secret_hash, "
    "s.name, s.from_ms, s.to_ms, s.is_live, s.with_battery, s.ends_ms, s.looked_ms, "
    "s.account IS NULL OR EXISTS (SELECT 1 FROM account a WHERE a.number = s.account AND "
    "a.role = ?1) OR EXISTS (SELECT 1 FROM device_grant g WHERE g.account = s.account AND "
    "g.device = s.device AND g.may_change <> 0) "
    "FROM share_link s JOIN device d ON d.number = s.device AND d.removed_ms IS NULL "
    "ORDER BY s.number DESC";

ShareLink read_share(const Statement& row) {
    ShareLink link;
    link.number = row.integer(0);
    link.device = static_cast<DeviceNumber>(row.integer(1));
    link.by = static_cast<UserNumber>(row.integer(2));
    link.by_name = row.text(3);
    link.made_ms = row.integer(4);
    const std::string_view hash = row.text(5);
    std::memcpy(link.secret.data(), hash.data(), std::min(hash.size(), link.secret.size()));
    link.name = row.text(6);
    link.from_ms = row.integer(7);
    link.to_ms = row.integer(8);
    link.is_live = row.integer(9) != 0;
    link.with_battery = row.integer(10) != 0;
    link.ends_ms = std::abs(row.integer(11));
    link.is_revoked = row.integer(11) < 0;
    link.looked_ms = row.integer_if(12);
    link.is_backed = row.integer(13) != 0;
    return link;
}

}  // namespace

std::vector<ShareLink> ShareLinks::list() {
    Statement rows(connection_, kShares);
    rows.bind(1, static_cast<std::int64_t>(Role::admin));
    std::vector<ShareLink> links;
    while (rows.step()) links.push_back(read_share(rows));
    return links;
}

ShareNumber ShareLinks::add(const ShareLink& link) {
    check_share(link, link.made_ms);
    one_change_at_a_time(connection_);
    Statement known(connection_, "SELECT 1 FROM device WHERE number = ?1 AND removed_ms IS NULL");
    known.bind(1, link.device);
    if (!known.step()) throw daemon::UsageError("this device is not there any more");
    Statement old(connection_, "DELETE FROM share_link WHERE abs(ends_ms) <= ?1");
    old.bind(1, link.made_ms - kKeptAfterEnd);
    old.run();
    make_room(link, kMostOfOne, "account IS NOT DISTINCT FROM nullif(?1, 0)", "of one person");
    make_room(link, kMost, "?1 IS NOT NULL", "in all");
    Statement insert(connection_,
                     "INSERT INTO share_link (number, device, account, made_by, made_ms, "
                     "secret_hash, name, from_ms, to_ms, is_live, with_battery, ends_ms) "
                     "VALUES (?1, ?2, nullif(?3, 0), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    insert.bind_if(1, connection_.new_number());
    insert.bind(2, link.device);
    insert.bind(3, link.by);
    insert.bind_text(4, link.by_name);
    insert.bind(5, link.made_ms);
    insert.bind_bytes(6, {reinterpret_cast<const char*>(link.secret.data()), link.secret.size()});
    insert.bind_text(7, link.name);
    insert.bind(8, link.from_ms);
    insert.bind(9, link.to_ms);
    insert.bind(10, static_cast<std::int64_t>(link.is_live));
    insert.bind(11, static_cast<std::int64_t>(link.with_battery));
    insert.bind(12, link.ends_ms);
    insert.run();
    return connection_.last_row();
}

// Of `which`: where there are `most`, one that has ended goes, the oldest first.
void ShareLinks::make_room(const ShareLink& link, std::int64_t most, const std::string& which,
                           std::string_view whose) {
    Statement count(connection_, "SELECT count(*) FROM share_link WHERE " + which);
    count.bind(1, link.by);
    if (!count.step() || count.integer(0) < most) return;
    Statement ended(connection_,
                    "DELETE FROM share_link WHERE number = (SELECT min(number) FROM share_link "
                    "WHERE ends_ms <= ?2 AND " +
                        which + ")");
    ended.bind(1, link.by);
    ended.bind(2, link.made_ms);
    ended.run();
    if (connection_.changed_rows() == 0)
        throw daemon::UsageError(
            fmt::format("there are {} links {} that are open: end one first", most, whose));
}

void ShareLinks::end(ShareNumber number, UnixMillis now) {
    one_change_at_a_time(connection_);
    Statement update(connection_,
                     "UPDATE share_link SET ends_ms = CASE WHEN ends_ms < 0 THEN ends_ms "
                     "WHEN ends_ms < ?2 THEN -ends_ms ELSE -?2 END WHERE number = ?1");
    update.bind(1, number);
    update.bind(2, now);
    update.run();
    if (connection_.changed_rows() == 0)
        throw daemon::UsageError("this link is not there any more");
}

std::string ShareLinks::about(ShareNumber number) {
    Statement row(connection_,
                  "SELECT s.name || ', ' || d.name FROM share_link s JOIN device d ON "
                  "d.number = s.device WHERE s.number = ?1");
    row.bind(1, number);
    return row.step() ? std::string(row.text(0)) : "";
}

void ShareLinks::note_look(ShareNumber number, UnixMillis now) {
    Statement update(connection_,
                     "UPDATE share_link SET looked_ms = ?2 WHERE number = ?1 AND "
                     "coalesce(looked_ms, 0) < ?2");
    update.bind(1, number);
    update.bind(2, now);
    update.run();
}

void check_share(const ShareLink& link, UnixMillis now) {
    check_share_name(link.name);
    if (link.ends_ms <= now) throw daemon::UsageError("the link would have ended already");
    if (link.ends_ms > now + kLongestShare)
        throw daemon::UsageError("a link ends after 31 days at the latest");
    if (link.from_ms < 0 || link.from_ms >= link.to_ms)
        throw daemon::UsageError("what is shown must begin before it ends");
    if (link.is_live && (link.to_ms != link.ends_ms || link.from_ms > now))
        throw daemon::UsageError("what is shown live begins by now and ends with the link");
    if (!link.is_live && link.to_ms > now)
        throw daemon::UsageError("a span of the past must be over; or share it live");
}

}  // namespace waymark::tracker
