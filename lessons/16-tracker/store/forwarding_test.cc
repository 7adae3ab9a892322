#include "store/forwarding.hh"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/sqlite_engine.hh"
#include "store/store.hh"

using namespace waymark::tracker;

namespace {

const std::string kThere = "http://there.example";

struct Forwarded {
    Forwarded() {
        store.change([](Connection& connection) {
            Devices(connection).add({{"van", {"v2", "v1"}, {}, {}}, {"boat", {}, {}, {}}}, 0);
        });
    }

    // One commit with so many fixes of the device.
    void commit(int fixes, DeviceNumber device = 1) { commit_by(store, fixes, device); }
    // The same by a command, beside the server.
    void commit_by_command(int fixes) {
        Store command(database.location());
        commit_by(command, fixes, 1);
    }
    void commit_by(Store& writer, int fixes, DeviceNumber device) {
        writer.begin();
        for (int i = 0; i < fixes; ++i) {
            Fix fix;
            fix.device = device;
            fix.time_ms = ++time_ms;
            fix.latitude_e7 = 1;
            CHECK(writer.add(fix) == Added::stored);
        }
        CHECK(writer.commit().durable);
    }
    void keep(const std::vector<std::string>& destinations) {
        store.change([&](Connection& connection) { Forwarding(connection).keep(destinations); });
    }
    std::vector<FixToSend> next(const std::string& destination = kThere) {
        std::vector<FixToSend> fixes;
        store.change(
            [&](Connection& connection) { fixes = Forwarding(connection).next(destination); });
        return fixes;
    }
    // What commands have stored, where that is apart.
    std::vector<FixToSend> claim() {
        std::vector<FixToSend> fixes;
        store.change(
            [&](Connection& connection) { fixes = Forwarding(connection).claim(kThere, 77); });
        return fixes;
    }
    void note(const Forwarding::Progress& progress, const std::string& destination = kThere) {
        store.change([&](Connection& connection) {
            Forwarding(connection).note(destination, progress, 77);
        });
    }
    std::int64_t waiting(std::int64_t most = 1'000'000) {
        std::int64_t count = 0;
        store.change(
            [&](Connection& connection) { count = Forwarding(connection).waiting(kThere, most); });
        return count;
    }
    Forwarding::State state() {
        std::optional<Forwarding::State> state;
        store.change([&](Connection& connection) { state = Forwarding(connection).state(kThere); });
        return state.value();
    }
    // Takes all there is, as the caller does, and gives the times in the order in which they came.
    std::vector<UnixMillis> send_all() {
        std::vector<UnixMillis> times;
        for (;;) {
            std::vector<FixToSend> fixes = next();
            if (fixes.empty()) fixes = claim();
            if (fixes.empty()) break;
            CHECK(fixes.size() <= Forwarding::kAtOnce);
            for (const FixToSend& fix : fixes) times.push_back(fix.fix.time_ms);
            note({.place = fixes.back().place, .sent = static_cast<std::int64_t>(fixes.size())});
        }
        return times;
    }
    std::string indexes() {
        std::string names;
        store.change([&](Connection& connection) {
            names = connection.text(
                "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'index' AND tbl_name = "
                "'fix' AND name NOT LIKE 'sqlite_%'");
        });
        return names;
    }
    // Only SQLite needs one that is made for the destinations.
    bool has_index(const std::string& name) { return on_postgresql() || indexes() == name; }

    DatabaseUnderTest database;
    Store store{database.location(), Store::kQuarantineRoom, "server"};
    UnixMillis time_ms = 1'000'000'000'000;
};

}  // namespace

TEST_CASE("a destination begins behind what is stored, and gets what comes in its order") {
    Forwarded forwarded;
    forwarded.commit(5);
    forwarded.keep({kThere});
    CHECK(forwarded.next().empty());
    CHECK(forwarded.waiting() == 0);
    const UnixMillis begin = forwarded.time_ms;
    forwarded.commit(2, 2);
    forwarded.commit(3, 1);
    forwarded.commit(1, 2);
    CHECK(forwarded.waiting() == 6);
    CHECK(forwarded.waiting(4) == 4);
    const std::vector<FixToSend> fixes = forwarded.next();
    REQUIRE(fixes.size() == 6);
    for (int i = 0; i < 6; ++i) {
        CHECK(fixes[i].fix.time_ms == begin + 1 + i);
        if (i > 0) CHECK(fixes[i - 1].place < fixes[i].place);
    }
    CHECK(fixes[0].called == "boat");
    CHECK(fixes[2].called == "v1");
    CHECK(fixes[2].fix.device == 1);
    CHECK(fixes[2].fix.latitude_e7 == 1);
}

TEST_CASE("nothing moves but by note, which never moves back") {
    Forwarded forwarded;
    forwarded.keep({kThere});
    forwarded.commit(3);
    const std::vector<FixToSend> fixes = forwarded.next();
    REQUIRE(forwarded.next().size() == 3);
    forwarded.note({.place = fixes[1].place, .sent = 2});
    REQUIRE(forwarded.next().size() == 1);
    CHECK(forwarded.next()[0].place == fixes[2].place);
    forwarded.note({.place = fixes[0].place, .refused = 1, .refusal = "unknown device"});
    REQUIRE(forwarded.next().size() == 1);
    CHECK(forwarded.state().sent == 2);
    CHECK(forwarded.state().refused == 1);
    CHECK(forwarded.state().last_refusal == "unknown device");
    CHECK(forwarded.state().last_refusal_ms == 77);
    forwarded.note({.place = fixes[2].place, .sent = 1});
    CHECK(forwarded.next().empty());
    CHECK(forwarded.state().last_refusal == "unknown device");
}

TEST_CASE("a commit of any size is sent in parts, each fix once") {
    Forwarded forwarded;
    forwarded.keep({kThere});
    const UnixMillis begin = forwarded.time_ms;
    forwarded.commit(1);
    forwarded.commit(3 * Forwarding::kAtOnce + 1);
    forwarded.commit(1);
    const std::vector<UnixMillis> times = forwarded.send_all();
    REQUIRE(times.size() == 3 * Forwarding::kAtOnce + 3);
    for (std::size_t i = 0; i < times.size(); ++i)
        CHECK(times[i] == begin + 1 + static_cast<UnixMillis>(i));
    CHECK(forwarded.state().sent == 3 * Forwarding::kAtOnce + 3);
}

TEST_CASE("what a command stores beside the server is sent on as well, each fix once") {
    Forwarded forwarded;
    forwarded.commit_by_command(2);
    forwarded.keep({kThere});
    const UnixMillis begin = forwarded.time_ms;
    forwarded.commit(1);
    forwarded.commit_by_command(Forwarding::kAtOnce + 3);
    forwarded.commit(1);
    constexpr int kAll = Forwarding::kAtOnce + 5;
    CHECK(forwarded.waiting() == kAll);
    CHECK(forwarded.waiting(4) == 4);
    std::vector<UnixMillis> times = forwarded.send_all();
    std::sort(times.begin(), times.end());
    REQUIRE(times.size() == kAll);
    for (int i = 0; i < kAll; ++i) CHECK(times[static_cast<std::size_t>(i)] == begin + 1 + i);
    CHECK(forwarded.state().sent == kAll);
    CHECK(forwarded.waiting() == 0);
    CHECK(forwarded.send_all().empty());
    // Also after a start.
    forwarded.keep({kThere});
    forwarded.commit_by_command(1);
    CHECK(forwarded.send_all() == std::vector<UnixMillis>{begin + kAll + 1});
}

TEST_CASE("what was deleted meanwhile is not sent, and of a device that is being removed nothing") {
    Forwarded forwarded;
    forwarded.keep({kThere});
    forwarded.commit(3, 1);
    forwarded.commit(1, 2);
    forwarded.store.change([&](Connection& connection) {
        connection.execute("DELETE FROM fix WHERE time_ms = 1000000000002");
        connection.execute("UPDATE device SET removed_ms = 5 WHERE name = 'boat'");
    });
    const std::vector<FixToSend> fixes = forwarded.next();
    REQUIRE(fixes.size() == 3);
    CHECK(fixes[1].fix.time_ms == 1'000'000'000'003);
    CHECK(fixes[2].called == "");
}

TEST_CASE("a destination that is named again goes on from its place") {
    Forwarded forwarded;
    forwarded.keep({kThere});
    CHECK(forwarded.has_index("fix_behind_0"));
    forwarded.commit(2);
    forwarded.note({.place = forwarded.next()[0].place, .sent = 1});
    forwarded.keep({});
    CHECK(forwarded.has_index(""));
    forwarded.commit(1);
    if (!on_postgresql()) CHECK_THROWS(forwarded.next());
    forwarded.keep({"http://other.example"});
    CHECK(forwarded.has_index("fix_behind_2"));
    CHECK(forwarded.next("http://other.example").empty());
    forwarded.keep({"http://other.example", kThere});
    CHECK(forwarded.has_index("fix_behind_0"));
    CHECK(forwarded.next().size() == 2);
    CHECK(forwarded.next("http://other.example").empty());
    // Nothing is built anew for those that are there already.
    forwarded.keep({"http://other.example"});
    CHECK(forwarded.has_index("fix_behind_0"));
}

TEST_CASE("the index is made anew when the server starts and much of it has been sent" *
          doctest::skip(on_postgresql())) {
    Forwarded forwarded;
    forwarded.keep({kThere});
    forwarded.commit(1);
    forwarded.store.change([](Connection& connection) {
        connection.execute("UPDATE last_commit SET sequence = 300000");
    });
    forwarded.commit(2);
    forwarded.keep({kThere});
    CHECK(forwarded.has_index("fix_behind_0"));
    forwarded.note({.place = forwarded.next()[1].place, .sent = 2});
    forwarded.keep({kThere});
    CHECK(forwarded.has_index("fix_behind_300000"));
    CHECK(forwarded.next().size() == 1);
}

TEST_CASE("what was sent long ago is not read again" * doctest::skip(on_postgresql())) {
    Forwarded forwarded;
    forwarded.keep({kThere});
    forwarded.commit(10'000);
    for (int i = 0; i < 20; ++i) forwarded.commit(500);
    std::int64_t thousands = 0;  // of the steps of SQLite's machine
    const auto steps_of_next = [&] {
        thousands = 0;
        forwarded.store.look([&](Connection& connection) {
            ::sqlite3_progress_handler(
                sqlite_handle(connection), 1000,
                [](void* count) {
                    ++*static_cast<std::int64_t*>(count);
                    return 0;
                },
                &thousands);
            CHECK(Forwarding(connection).next(kThere).size() == Forwarding::kAtOnce);
            CHECK(Forwarding(connection).waiting(kThere, 100) == 100);
            ::sqlite3_progress_handler(sqlite_handle(connection), 0, nullptr, nullptr);
        });
        return thousands;
    };
    const std::int64_t at_the_beginning = steps_of_next();
    Fix last;
    last.device = 1;
    last.time_ms = forwarded.time_ms - 300;
    last.latitude_e7 = 1;
    forwarded.note({.place = place_of(last, 21), .sent = 19'700});
    CHECK(steps_of_next() <= at_the_beginning + 1);
    // In the middle of the large commit, too.
    last.time_ms = forwarded.time_ms - 10'300;
    forwarded.store.change([&](Connection& connection) {
        connection.execute(
            ("UPDATE forwarding SET sequence = 1, time_ms = " + std::to_string(last.time_ms))
                .c_str());
    });
    CHECK(steps_of_next() <= at_the_beginning + 1);
}
