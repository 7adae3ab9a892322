// For tests: two trackers on one database of PostgreSQL, as far as the store goes; what each does
// once, and what they do to each other.

#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <future>
#include <string>
#include <vector>

#include "store/accounts.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/place_watch.hh"
#include "store/store.hh"
#include "store/web_hooks.hh"

namespace waymark::tracker {

inline constexpr Place kGate{48.137154, 11.576124};
inline constexpr UnixMillis kNoon = 1'768'000'000'000;

// One set of processes: a store that is a writer of its own, and watches places.
struct Tracker {
    Tracker(const std::string& location, const std::string& name)
        : store(location, Store::kQuarantineRoom, name) {}

    Fix fix(int second, double east_m, DeviceNumber device = 1) const {
        const Place place = FlatMap(kGate).place({east_m, 0});
        Fix fix;
        fix.device = device;
        fix.time_ms = kNoon + second * 1000;
        fix.latitude_e7 = static_cast<std::int32_t>(std::llround(place.latitude_deg * 1e7));
        fix.longitude_e7 = static_cast<std::int32_t>(std::llround(place.longitude_deg * 1e7));
        fix.accuracy_m = 5.0F;
        return fix;
    }
    void begin(const Fix& fix) {
        store.begin();
        REQUIRE(store.add(fix) == Added::stored);
        watch.note(fix, kNow);
    }
    std::vector<PlaceEvent> write() {
        std::vector<PlaceEvent> events;
        store.also([&](Connection& connection) {
            events = watch.write(connection, store.sequence(), kNow);
            WebHooks(connection).queue(events, kNow);
        });
        return events;
    }
    // What came of it: "", "enter" or "leave".
    std::string send(int second, double east_m) {
        begin(fix(second, east_m));
        const std::vector<PlaceEvent> events = write();
        REQUIRE(store.commit().durable);
        std::string words;
        for (const PlaceEvent& event : events) words += to_text(event.kind);
        return words;
    }
    std::vector<HookPost> take(UnixMillis now) {
        std::vector<HookPost> posts;
        store.change([&](Connection& it) { posts = WebHooks(it).take_due({}, 10, now); });
        return posts;
    }
    void note(const HookPost& post, UnixMillis now) {
        store.change([&](Connection& it) {
            WebHooks(it).note({.post = post.number, .is_taken = true, .said = "204"}, 0, now);
        });
    }

    static constexpr UnixMillis kNow = kNoon + 3'600'000;
    Store store;
    PlaceWatch watch;
};

// Two of them; a van, a place around kGate, and anna, who may do everything, with a hook.
struct TwoTrackers {
    TwoTrackers() {
        a.store.change([&](Connection& connection) {
            Devices(connection).add({{"van", {"v"}, {}, {}}}, 0);
            anna = Accounts(connection).add("Anna", Role::admin, "hash", 0);
            ben = Accounts(connection).add("Ben", Role::admin, "hash", 0);
            Places(connection).add({0, "Gate", kGate, 100}, 0);
            WebHooks(connection).add({.by = anna, .url = "https://x.example/", .secret = "key"});
        });
    }

    // Until what goes on beside us waits for a lock that we have, or has ended without.
    template <typename Result>
    void await_a_wait(const std::future<Result>& other) {
        Connection look(database.location(), Connection::Access::read_write);
        const auto is_waiting = [&] {
            return look.number(
                       "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                       "datname = current_database()") != 0;
        };
        while (!is_waiting() &&
               other.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
        }
    }

    DatabaseUnderTest database;
    Tracker a{database.location(), "a"}, b{database.location(), "b"};
    UserNumber anna = 0, ben = 0;
};

}  // namespace waymark::tracker
