#include "store/web_hooks.hh"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "daemon/back_off.hh"
#include "daemon/error.hh"
#include "store/change_lock.hh"
#include "store/hook_post.hh"
#include "store/sequence.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

// Whether the account of hook h may show the device.
std::string may_show(std::string_view device) {
    return fmt::format(
        "EXISTS (SELECT 1 FROM account a WHERE a.number = h.account AND (a.role = {} OR EXISTS "
        "(SELECT 1 FROM device_grant g WHERE g.account = a.number AND g.device = {} AND "
        "g.may_change <> 0)))",
        static_cast<int>(Role::admin), device);
}

std::int64_t count_of(Connection& connection, const char* query, std::int64_t number) {
    Statement count(connection, query);
    count.bind(1, number);
    return count.step() ? count.integer(0) : 0;
}

void run_with(Connection& connection, std::string_view query,
              std::initializer_list<std::int64_t> values) {
    Statement statement(connection, query);
    int index = 0;
    for (const std::int64_t value : values) statement.bind(++index, value);
    statement.run();
}

}  // namespace

std::vector<WebHook> WebHooks::list(UserNumber by) {
    Statement rows(connection_,
                   "SELECT h.number, h.account, h.place, h.url, h.secret, h.made_ms, h.tried_ms, "
                   "h.said, h.failures, h.due_ms, (SELECT count(*) FROM web_hook_post p WHERE "
                   "p.hook = h.number), h.delivered, h.dropped FROM web_hook h WHERE h.account = "
                   "?1 ORDER BY h.number");
    rows.bind(1, by);
    std::vector<WebHook> hooks;
    while (rows.step())
        hooks.push_back({.number = rows.integer(0),
                         .by = static_cast<UserNumber>(rows.integer(1)),
                         .place = rows.integer_if(2),
                         .url = std::string(rows.text(3)),
                         .secret = std::string(rows.text(4)),
                         .made_ms = rows.integer(5),
                         .tried_ms = rows.integer_if(6),
                         .said = std::string(rows.text(7)),
                         .failures = rows.integer(8),
                         .due_ms = rows.integer(9),
                         .waiting = rows.integer(10),
                         .delivered = rows.integer(11),
                         .dropped = rows.integer(12)});
    return hooks;
}

HookNumber WebHooks::add(const WebHook& hook) {
    one_change_at_a_time(connection_);
    if (count_of(connection_, "SELECT count(*) FROM account WHERE number = ?1", hook.by) == 0)
        throw UsageError("a web hook belongs to an account: log in first");
    if (count_of(connection_, "SELECT count(*) FROM web_hook WHERE account = ?1", hook.by) >=
            kMostOfOne ||
        connection_.number("SELECT count(*) FROM web_hook") >= kMostOfAll)
        throw UsageError(fmt::format(
            "there are {} web hooks of one account at most, and {} in all: remove one first",
            kMostOfOne, kMostOfAll));
    if (hook.place &&
        count_of(connection_, "SELECT count(*) FROM place WHERE number = ?1", *hook.place) == 0)
        throw UsageError("this place is not there any more");
    Statement insert(connection_,
                     "INSERT INTO web_hook (number, account, place, url, secret, made_ms) VALUES "
                     "(?1, ?2, ?3, ?4, ?5, ?6)");
    insert.bind_if(1, connection_.new_number());
    insert.bind(2, hook.by);
    insert.bind_if(3, hook.place);
    insert.bind_text(4, hook.url);
    insert.bind_bytes(5, hook.secret);
    insert.bind(6, hook.made_ms);
    insert.run();
    return connection_.last_row();
}

void WebHooks::require_own(HookNumber number, UserNumber by) {
    Statement own(connection_, "SELECT 1 FROM web_hook WHERE number = ?1 AND account = ?2");
    own.bind(1, number);
    own.bind(2, by);
    if (!own.step()) throw UsageError("this web hook is not there any more");
}

void WebHooks::remove(HookNumber number, UserNumber by) {
    require_own(number, by);
    run_with(connection_, "DELETE FROM web_hook WHERE number = ?1", {number});
}

void WebHooks::test(HookNumber number, UserNumber by, UnixMillis now) {
    require_own(number, by);
    run_with(connection_, "DELETE FROM web_hook_post WHERE hook = ?1 AND event IS NULL", {number});
    put(number, std::nullopt, now);
    // Before all that waits, and whatever pause there is.
    run_with(connection_, "UPDATE web_hook_post SET due_ms = 0 WHERE number = ?1",
             {connection_.last_row()});
    run_with(connection_, "UPDATE web_hook SET due_ms = 0 WHERE number = ?1", {number});
}

void WebHooks::put(HookNumber hook, std::optional<std::int64_t> event, UnixMillis now) {
    Statement drop(connection_,
                   "DELETE FROM web_hook_post WHERE hook = ?1 AND number <= (SELECT number FROM "
                   "web_hook_post WHERE hook = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)");
    drop.bind(1, hook);
    drop.bind(2, kMostWaiting - 1);
    drop.run();
    // Only then: it locks the row of the hook, for which another tracker (PostgreSQL) may wait with
    // that of another hook in its hands.
    if (const std::int64_t dropped = connection_.changed_rows(); dropped > 0)
        run_with(connection_, "UPDATE web_hook SET dropped = dropped + ?2 WHERE number = ?1",
                 {hook, dropped});
    Statement insert(connection_,
                     "INSERT INTO web_hook_post (number, hook, event, made_ms, due_ms) VALUES (?1, "
                     "?2, ?3, ?4, ?4)");
    insert.bind_if(1, connection_.new_number());
    insert.bind(2, hook);
    insert.bind_if(3, event);
    insert.bind(4, now);
    insert.run();
}

void WebHooks::queue(const std::vector<PlaceEvent>& events, UnixMillis now) {
    Statement hooks(connection_,
                    fmt::format("SELECT h.number FROM web_hook h WHERE (h.place IS NULL OR h.place "
                                "= ?1) AND {} ORDER BY h.number",
                                may_show("?2")));
    for (const PlaceEvent& event : events) {
        hooks.bind(1, event.place);
        hooks.bind(2, event.device);
        std::vector<HookNumber> hear;
        while (hooks.step()) hear.push_back(hooks.integer(0));
        hooks.reset();
        for (const HookNumber hook : hear) put(hook, event.number, now);
    }
}

// Drops what the hook of this row may not or need not be told any more. True if there was any.
bool WebHooks::drop_stale(const Statement& row, UnixMillis now) {
    const HookNumber hook = row.integer(1);
    const bool is_too_old = row.integer(4) < now - kLongestWait;
    const bool may_be_shown = row.is_null(12) || row.integer(13) != 0;
    if (!is_too_old && may_be_shown) return false;
    if (is_too_old)
        run_with(connection_, "DELETE FROM web_hook_post WHERE hook = ?1 AND made_ms < ?2",
                 {hook, now - kLongestWait});
    else
        run_with(connection_,
                 "DELETE FROM web_hook_post WHERE hook = ?1 AND event IN (SELECT number FROM "
                 "place_event WHERE device = ?2)",
                 {hook, row.integer(9)});
    run_with(connection_, "UPDATE web_hook SET dropped = dropped + ?2 WHERE number = ?1",
             {hook, connection_.changed_rows()});
    return true;
}

// What was planned by a clock that was set back since: no pause is so long.
void WebHooks::bring_forward(UnixMillis now) {
    const std::initializer_list<std::int64_t> due_and_latest = {
        now, now + std::chrono::milliseconds(kLongestPause).count() + kClockError};
    run_with(connection_, "UPDATE web_hook SET due_ms = ?1 WHERE due_ms > ?2", due_and_latest);
    run_with(connection_,
             "UPDATE web_hook_post SET due_ms = ?1 WHERE hook IN (SELECT number FROM web_hook) AND "
             "due_ms > ?2",
             due_and_latest);
}

std::vector<HookPost> WebHooks::take_due(const std::vector<HookNumber>& busy, std::size_t most,
                                         UnixMillis now) {
    bring_forward(now);
    Statement rows(
        connection_,
        fmt::format("SELECT p.number, h.number, h.url, h.secret, p.made_ms, e.kind, e.time_ms, "
                    "e.place, e.place_name, e.device, d.name, e.noticed_ms, e.number, {} FROM "
                    "web_hook h JOIN web_hook_post p ON p.number = (SELECT number FROM "
                    "web_hook_post WHERE hook = h.number AND due_ms <= ?1 ORDER BY due_ms, number "
                    "LIMIT 1) LEFT JOIN place_event e ON e.number = p.event LEFT JOIN device d ON "
                    "d.number = e.device WHERE h.due_ms <= ?1 ORDER BY p.due_ms, p.number",
                    may_show("e.device")));
    rows.bind(1, now);
    std::vector<HookPost> posts;
    while (posts.size() < most && rows.step()) {
        if (std::ranges::find(busy, rows.integer(1)) != busy.end()) continue;
        if (drop_stale(rows, now) || !claim(rows.integer(1), rows.integer(0), now)) continue;
        posts.push_back(read_hook_post(rows));
    }
    return posts;
}

// Whether the post is ours to make. The row of the hook is held until this transaction ends, so
// whoever posted before has written what came of it.
bool WebHooks::claim(HookNumber hook, std::int64_t post, UnixMillis now) {
    if (connection_.is_sqlite()) return true;
    run_with(connection_,
             "UPDATE web_hook SET due_ms = ?2, claimed_by = ?3 WHERE number = ?1 AND due_ms <= ?4",
             {hook, now + kLongestClaim, own_writer(connection_), now});
    if (connection_.changed_rows() == 0) return false;
    // Asked after the wait for the row, by a question of its own: what waited for it may be posted.
    if (count_of(connection_, "SELECT count(*) FROM web_hook_post WHERE number = ?1", post) > 0)
        return true;
    run_with(connection_, "UPDATE web_hook SET due_ms = ?2 WHERE number = ?1", {hook, now});
    end_claim(hook);
    return false;
}

void WebHooks::end_claim(HookNumber hook) {
    if (connection_.is_sqlite()) return;
    run_with(connection_, "UPDATE web_hook SET claimed_by = NULL WHERE number = ?1", {hook});
}

void WebHooks::give_back() {
    if (connection_.is_sqlite()) return;
    run_with(connection_, "UPDATE web_hook SET due_ms = 0, claimed_by = NULL WHERE claimed_by = ?1",
             {own_writer(connection_)});
}

std::optional<UnixMillis> WebHooks::next_due(const std::vector<HookNumber>& busy) {
    Statement rows(connection_,
                   "SELECT h.number, CASE WHEN h.due_ms > min(p.due_ms) THEN h.due_ms ELSE "
                   "min(p.due_ms) END AS due FROM web_hook h JOIN web_hook_post p ON p.hook = "
                   "h.number GROUP BY h.number, h.due_ms ORDER BY due");
    while (rows.step())
        if (std::ranges::find(busy, rows.integer(0)) == busy.end()) return rows.integer(1);
    return std::nullopt;
}

void WebHooks::note(const HookAnswer& answer, double chance, UnixMillis now) {
    Statement row(connection_,
                  "SELECT h.number, h.failures, p.tries FROM web_hook_post p JOIN web_hook h ON "
                  "h.number = p.hook WHERE p.number = ?1");
    row.bind(1, answer.post);
    if (!row.step()) return;  // removed meanwhile
    const HookNumber hook = row.integer(0);
    const std::int64_t failures = row.integer(1) + 1, tries = row.integer(2) + 1;
    row.reset();
    Statement said(connection_, "UPDATE web_hook SET said = ?2, tried_ms = ?3 WHERE number = ?1");
    const std::string_view words = std::string_view(answer.said).substr(0, kLongestSaid);
    said.bind(1, hook);
    said.bind_text(2, words);
    said.bind(3, now);
    said.run();
    end_claim(hook);
    if (answer.is_taken) {
        run_with(connection_, "DELETE FROM web_hook_post WHERE number = ?1", {answer.post});
        run_with(connection_,
                 "UPDATE web_hook SET failures = 0, due_ms = 0, delivered = delivered + 1 WHERE "
                 "number = ?1",
                 {hook});
        // It is there again: nothing else has to wait for it longer.
        run_with(connection_,
                 "UPDATE web_hook_post SET due_ms = ?2 WHERE hook = ?1 AND due_ms > ?2",
                 {hook, now});
        return;
    }
    run_with(connection_, "UPDATE web_hook SET failures = ?2, due_ms = ?3 WHERE number = ?1",
             {hook, failures, now + pause_after(failures, chance)});
    run_with(connection_, "UPDATE web_hook_post SET tries = ?2, due_ms = ?3 WHERE number = ?1",
             {answer.post, tries, now + pause_after(tries, chance)});
}

UnixMillis WebHooks::pause_after(std::int64_t failures, double chance) {
    const int doublings = static_cast<int>(std::clamp<std::int64_t>(failures, 1, 30)) - 1;
    const auto pause = daemon::doubled_pause(doublings, std::chrono::seconds(5), kLongestPause);
    return static_cast<UnixMillis>(static_cast<double>(pause.count()) *
                                   (1 - std::clamp(chance, 0.0, 1.0) / 2));
}

}  // namespace waymark::tracker
