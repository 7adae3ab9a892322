#include "store/thinning.hh"

#include <fmt/core.h>

#include <limits>
#include <vector>

#include "daemon/error.hh"
#include "store/change_lock.hh"
#include "store/postgresql_words.hh"
#include "store/retention.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::int64_t kMinuteMs = 60'000;

// Before every fix: a key is looked for behind the last one that was looked at.
constexpr Thinning::Key kBeforeAll{std::numeric_limits<UnixMillis>::min(), 0, 0};

// Rounded down, before 1970 too.
std::int64_t interval_of(UnixMillis time, int minutes) {
    const std::int64_t length = minutes * kMinuteMs;
    return time >= 0 ? time / length : -((-time + length - 1) / length);
}

void require_device(Connection& connection, DeviceNumber device) {
    Retention(connection).days_of(device);
}

void check_rule(const ThinningRule& rule) {
    if (rule.after_days < 1 || rule.after_days > Retention::kMostDays)
        throw UsageError(fmt::format("{} days make no sense: say 1 to {}", rule.after_days,
                                     Retention::kMostDays));
    if (rule.minutes < 1 || rule.minutes > Thinning::kMostMinutes)
        throw UsageError(fmt::format("{} minutes make no sense: say 1 to {}", rule.minutes,
                                     Thinning::kMostMinutes));
}

void bind_key(Statement& statement, int first, const Thinning::Key& key) {
    statement.bind(first, key.time_ms);
    statement.bind(first + 1, key.latitude_e7);
    statement.bind(first + 2, key.longitude_e7);
}

// Some fixes of a device in the order of their keys, behind a key and from before a time.
class OldFixes {
  public:
    OldFixes(Connection& connection, DeviceNumber device, const Thinning::Key& behind,
             UnixMillis before, std::int64_t most)
        : rows_(connection,
                "SELECT time_ms, latitude_e7, longitude_e7, valid FROM fix WHERE device = ?1 AND "
                "(time_ms, latitude_e7, longitude_e7) > (?2, ?3, ?4) AND time_ms < ?5 ORDER BY "
                "time_ms, latitude_e7, longitude_e7 LIMIT ?6") {
        rows_.bind(1, device);
        bind_key(rows_, 2, behind);
        rows_.bind(5, before);
        rows_.bind(6, most);
    }

    bool next() { return rows_.step(); }
    Thinning::Key key() const {
        return {rows_.integer(0), static_cast<std::int32_t>(rows_.integer(1)),
                static_cast<std::int32_t>(rows_.integer(2))};
    }
    bool is_valid() const { return rows_.integer(3) != 0; }

  private:
    Statement rows_;
};

bool is_there(Connection& connection, DeviceNumber device, const Thinning::Key& key) {
    Statement look(connection,
                   "SELECT 1 FROM fix WHERE device = ?1 AND time_ms = ?2 AND latitude_e7 = ?3 AND "
                   "longitude_e7 = ?4");
    look.bind(1, device);
    bind_key(look, 2, key);
    return look.step();
}

// All in one statement: each is an answer of the server to wait for, and phones wait as well.
std::int64_t remove_on_server(Connection& connection, DeviceNumber device,
                              const std::vector<Thinning::Key>& keys) {
    ArrayWords times, latitudes, longitudes;
    for (const Thinning::Key& key : keys) {
        times.add(key.time_ms);
        latitudes.add(std::int64_t{key.latitude_e7});
        longitudes.add(std::int64_t{key.longitude_e7});
    }
    Statement remove(connection,
                     "DELETE FROM fix WHERE device = ?1 AND (time_ms, latitude_e7, longitude_e7) "
                     "IN (SELECT g.time_ms, g.latitude_e7, g.longitude_e7 FROM unnest(CAST(?2 AS "
                     "bigint[]), CAST(?3 AS bigint[]), CAST(?4 AS bigint[])) AS g (time_ms, "
                     "latitude_e7, longitude_e7))");
    remove.bind(1, device);
    remove.bind_text(2, times.text());
    remove.bind_text(3, latitudes.text());
    remove.bind_text(4, longitudes.text());
    remove.run();
    return connection.changed_rows();  // another tracker may have been faster
}

std::int64_t remove(Connection& connection, DeviceNumber device,
                    const std::vector<Thinning::Key>& keys) {
    if (keys.empty()) return 0;
    if (!connection.is_sqlite()) return remove_on_server(connection, device, keys);
    Transaction all(connection);  // or each of them would be one
    Statement remove(connection,
                     "DELETE FROM fix WHERE device = ?1 AND time_ms = ?2 AND latitude_e7 = ?3 AND "
                     "longitude_e7 = ?4");
    std::int64_t rows = 0;
    for (const Thinning::Key& key : keys) {
        remove.bind(1, device);
        bind_key(remove, 2, key);
        remove.run();
        rows += connection.changed_rows();
    }
    all.commit();
    return rows;
}

// Decides, fix by fix, which of an interval stays.
class Sieve {
  public:
    Sieve(Thinning::Walk& walk, int minutes) : walk_(walk), minutes_(minutes) {}

    // What goes because of this one: itself, the one that was to stay till now, or nothing.
    std::optional<Thinning::Key> look_at(const Thinning::Key& key, bool is_valid) {
        walk_.looked_at = key;
        const bool is_first = !walk_.stays || interval_of(walk_.stays->time_ms, minutes_) !=
                                                  interval_of(key.time_ms, minutes_);
        if (!is_first && (walk_.stays_is_valid || !is_valid)) return key;
        const std::optional<Thinning::Key> goes = is_first ? std::nullopt : walk_.stays;
        walk_.stays = key;
        walk_.stays_is_valid = is_valid;
        return goes;
    }

  private:
    Thinning::Walk& walk_;
    int minutes_;
};

}  // namespace

std::map<DeviceNumber, ThinningRule> Thinning::rules() {
    Statement rows(
        connection_,
        "SELECT thinning.device, after_days, minutes FROM thinning JOIN device ON number = "
        "thinning.device WHERE removed_ms IS NULL");
    std::map<DeviceNumber, ThinningRule> rules;
    while (rows.step())
        rules[static_cast<DeviceNumber>(rows.integer(0))] = {static_cast<int>(rows.integer(1)),
                                                             static_cast<int>(rows.integer(2))};
    return rules;
}

void Thinning::set_rule(DeviceNumber device, const std::optional<ThinningRule>& rule) {
    one_change_at_a_time(connection_);
    require_device(connection_, device);
    if (rule) check_rule(*rule);
    Statement set(connection_,
                  rule
                      ? "INSERT INTO thinning (device, after_days, minutes) VALUES (?1, ?2, ?3) ON "
                        "CONFLICT (device) DO UPDATE SET after_days = excluded.after_days, minutes "
                        "= excluded.minutes"
                      : "DELETE FROM thinning WHERE device = ?1");
    set.bind(1, device);
    if (rule) {
        set.bind(2, rule->after_days);
        set.bind(3, rule->minutes);
    }
    set.run();
}

Thinning::Preview Thinning::preview(DeviceNumber device, const ThinningRule& rule, UnixMillis now) {
    require_device(connection_, device);
    check_rule(rule);
    Preview preview{.before = first_kept(rule.after_days, now)};
    Walk walk;
    Sieve sieve(walk, rule.minutes);
    while (true) {
        OldFixes fixes(connection_, device, walk.looked_at.value_or(kBeforeAll), preview.before,
                       kAtOnce);
        int looked_at = 0;
        for (; fixes.next(); ++looked_at)
            ++(sieve.look_at(fixes.key(), fixes.is_valid()) ? preview.go : preview.stay);
        if (looked_at < kAtOnce) return preview;
    }
}

std::optional<Thinning::Thinned> Thinning::step(Walk& walk, UnixMillis now) {
    const std::map<DeviceNumber, ThinningRule> all = rules();
    for (auto each = all.lower_bound(walk.device); each != all.end(); ++each) {
        const auto& [device, rule] = *each;
        if (walk.device != device) walk = {.device = device};
        // Hidden or deleted between two steps: then the next one of its interval stays.
        if (walk.stays && !is_there(connection_, device, *walk.stays)) walk.stays.reset();
        Sieve sieve(walk, rule.minutes);
        Thinned thinned{.device = device};
        std::vector<Key> goes;
        int looked_at = 0;
        OldFixes fixes(connection_, device, walk.looked_at.value_or(kBeforeAll),
                       first_kept(rule.after_days, now), kAtOnce);
        for (; fixes.next(); ++looked_at)
            if (const std::optional<Key> key = sieve.look_at(fixes.key(), fixes.is_valid()))
                goes.push_back(*key);
        thinned.rows = remove(connection_, device, goes);
        if (looked_at > 0) return thinned;
    }
    walk = {};
    return std::nullopt;
}

std::string rule_to_words(const std::optional<ThinningRule>& rule) {
    if (!rule) return "as they are";
    return fmt::format("one every {} after {}",
                       rule->minutes == 1 ? "minute" : fmt::format("{} minutes", rule->minutes),
                       to_words(std::optional<int>(rule->after_days)));
}

}  // namespace waymark::tracker
