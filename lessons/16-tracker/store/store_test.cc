#include "store/store.hh"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>

#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/reader.hh"

using namespace waymark::tracker;

namespace {

constexpr UnixMillis kStart = 1768025565000;

// A database with the devices 1 and 2.
struct Prepared {
    DatabaseUnderTest database;
    std::string path = database.location();
    Prepared() {
        Connection connection = open_for_writing(path);
        Devices(connection)
            .add({{"van", {"123456"}, "tok-van-7", SpeedUnit::kmh}, {"boat", {}, {}, {}}}, kStart);
    }
};

Fix fix_at(UnixMillis time, DeviceNumber device = 1) {
    Fix fix;
    fix.device = device;
    fix.time_ms = time;
    fix.latitude_e7 = 481371540;
    fix.longitude_e7 = 115761240;
    fix.source = Source::traccar;
    return fix;
}

std::int64_t count(const std::string& path, const char* table) {
    Connection connection = open_for_reading(path);
    return connection.number(("SELECT count(*) FROM " + std::string(table)).c_str());
}

CommitResult store_some(Store& store, int from, int number) {
    store.begin();
    for (int i = from; i < from + number; ++i) store.add(fix_at(kStart + i * 1000));
    return store.commit();
}

}  // namespace

TEST_CASE("a fix is read as it was stored") {
    Prepared prepared;
    Store store(prepared.path);
    Fix fix = fix_at(kStart);
    fix.altitude_m = -3.25F;
    fix.speed_mps = 13.889F;
    fix.course_deg = 359.99F;
    fix.accuracy_m = 4.8F;
    fix.battery_percent = 87.5F;
    fix.valid = false;
    fix.source = Source::osmand;
    fix.extras = R"({"event":"sos"})";
    store.begin();
    CHECK(store.add(fix) == Added::stored);
    const CommitResult result = store.commit();
    CHECK(result.durable);
    CHECK((result.sequence == 1 || on_postgresql()));

    Reader reader(prepared.path);
    int seen = 0;
    reader.track(1, kStart, kStart + 1, [&](const StoredFix& stored) {
        ++seen;
        CHECK(stored.sequence == result.sequence);
        CHECK(stored.fix.time_ms == kStart);
        CHECK(stored.fix.latitude_e7 == 481371540);
        CHECK(stored.fix.longitude_e7 == 115761240);
        CHECK(*stored.fix.altitude_m == doctest::Approx(-3.25));
        CHECK(*stored.fix.speed_mps == doctest::Approx(13.889));
        CHECK(*stored.fix.course_deg == doctest::Approx(359.99));
        CHECK(*stored.fix.accuracy_m == doctest::Approx(4.8));
        CHECK(*stored.fix.battery_percent == doctest::Approx(87.5));
        CHECK_FALSE(stored.fix.valid);
        CHECK(stored.fix.source == Source::osmand);
        CHECK(stored.fix.extras == fix.extras);
        return true;
    });
    CHECK(seen == 1);
}

TEST_CASE("a repeated fix is stored once, in one transaction and across them") {
    Prepared prepared;
    Store store(prepared.path);
    store.begin();
    CHECK(store.add(fix_at(kStart)) == Added::stored);
    CHECK(store.add(fix_at(kStart)) == Added::duplicate);
    CHECK(store.add(fix_at(kStart, 2)) == Added::stored);
    Fix elsewhere = fix_at(kStart);
    ++elsewhere.latitude_e7;
    CHECK(store.add(elsewhere) == Added::stored);
    const std::int64_t sequence = store.commit().sequence;
    CHECK(sequence > 0);
    store.begin();
    CHECK(store.add(fix_at(kStart)) == Added::duplicate);
    const CommitResult repeated = store.commit();
    CHECK(repeated.durable);
    CHECK(repeated.sequence == sequence);
    CHECK(count(prepared.path, "fix") == 3);
}

TEST_CASE("the sequence goes on where the last run of the program ended") {
    Prepared prepared;
    const std::int64_t first = store_some(*std::make_unique<Store>(prepared.path), 0, 3).sequence;
    CHECK((first == 1 || on_postgresql()));
    Store store(prepared.path);
    CHECK(store.sequence() == first);
    const std::int64_t second = store_some(store, 3, 3).sequence;
    CHECK((on_postgresql() ? second > first : second == 2));
    CHECK(Reader(prepared.path).sequence() == second);
}

TEST_CASE("what is rolled back, or not committed, is not there") {
    Prepared prepared;
    Store store(prepared.path);
    store.begin();
    store.add(fix_at(kStart));
    store.rollback();
    CHECK(count(prepared.path, "fix") == 0);
    {
        Store other(prepared.path);
        other.begin();
        other.add(fix_at(kStart));
    }
    CHECK(count(prepared.path, "fix") == 0);
    CHECK(store_some(store, 0, 1).durable);
    CHECK(count(prepared.path, "fix") == 1);
}

TEST_CASE("a fix of a device that is gone does not spoil the others") {
    Prepared prepared;
    Store store(prepared.path);
    store.begin();
    CHECK(store.add(fix_at(kStart, 77)) == Added::no_device);
    CHECK(store.add(fix_at(kStart)) == Added::stored);
    store.seen({77, 50.0F}, kStart);
    CHECK(store.commit().durable);
    CHECK(count(prepared.path, "fix") == 1);
}

TEST_CASE("at its end everything is in the file itself, unless somebody reads on" *
          doctest::skip(on_postgresql())) {
    Prepared prepared;
    Store store(prepared.path);
    Reader reader(prepared.path);  // has the file open, and reads nothing at this moment
    CHECK(store_some(store, 0, 100).durable);
    const std::string copy = prepared.database.folder().file("copy.db");
    std::filesystem::copy_file(prepared.path, copy);
    CHECK(count(copy, "fix") == 0);  // so it is before: the log has them
    reader.track(1, 0, kStart * 2, [&](const StoredFix&) {
        CHECK(store.end() != "");
        return false;
    });
    CHECK(store.end().empty());
    std::filesystem::copy_file(prepared.path, copy,
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(count(copy, "fix") == 100);
}

TEST_CASE("a heartbeat tells when the device spoke, and keeps a battery it does not know") {
    Prepared prepared;
    Store store(prepared.path);
    store.begin();
    store.seen({1, 78.0F}, kStart);
    CHECK(store.commit().durable);
    store.begin();
    store.seen({1, std::nullopt}, kStart + 5000);
    CHECK(store.commit().durable);
    Reader reader(prepared.path);
    CHECK(reader.battery_percent(1) == 78.0F);
    for (const Device& device : reader.devices())
        if (device.number == 1) CHECK(device.last_seen_ms == kStart + 5000);
}

TEST_CASE("when a device spoke is moved back with the clock, and not by less than clocks differ") {
    Prepared prepared;
    const auto last_seen = [&] {
        Reader reader(prepared.path);
        for (const Device& device : reader.devices())
            if (device.number == 1) return device.last_seen_ms.value_or(-1);
        return UnixMillis{-1};
    };
    Store store(prepared.path);
    const auto speak = [&](float battery, UnixMillis now) {
        store.begin();
        store.seen({1, battery}, now);
        CHECK(store.commit().durable);
    };
    speak(50, kStart + UnixMillis{400} * 86'400'000);
    CHECK(last_seen() > kStart);
    speak(60, kStart);
    CHECK(last_seen() == kStart);
    CHECK(Reader(prepared.path).battery_percent(1) == 60.0F);
    Store other(prepared.path);  // of a server whose clock is a little behind
    other.begin();
    other.seen({1, 70.0F}, kStart - kClockError);
    CHECK(other.commit().durable);
    CHECK(last_seen() == kStart);
    CHECK(Reader(prepared.path).battery_percent(1) == 70.0F);
}

TEST_CASE("a full database is a value, and the store goes on when there is room again" *
          doctest::skip(on_postgresql())) {
    Prepared prepared;
    Store store(prepared.path);
    CHECK(store_some(store, 0, 10).durable);
    // The portable full disk: a process that may not write files beyond their size of now.
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit none = before;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_FSIZE, &none);
    const CommitResult full = store_some(store, 10, 10);
    const CommitResult still_full = store_some(store, 10, 10);
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK_FALSE(full.durable);
    CHECK_FALSE(full.reason.empty());
    CHECK_FALSE(still_full.durable);
    CHECK(count(prepared.path, "fix") == 10);
    CHECK(store_some(store, 10, 10).durable);
    CHECK(count(prepared.path, "fix") == 20);
}

TEST_CASE("another process that keeps the lock makes a commit fail, not the store" *
          doctest::skip(on_postgresql())) {
    Prepared prepared;
    Store store(prepared.path);
    Connection other(prepared.path, Connection::Access::read_write);
    {
        Transaction transaction(other);
        store.begin();
        CHECK(store.add(fix_at(kStart)) == Added::failed);
        const CommitResult result = store.commit();
        CHECK_FALSE(result.durable);
        CHECK(result.reason.find("locked") != std::string::npos);
    }
    CHECK(store_some(store, 0, 1).durable);
}

TEST_CASE("a reader sees whole commits and holds nobody up") {
    Prepared prepared;
    Store store(prepared.path);
    CHECK(store_some(store, 0, 5).durable);
    Reader reader(prepared.path);
    int seen = 0;
    reader.track(1, 0, kStart * 2, [&](const StoredFix&) {
        if (++seen == 1) CHECK(store_some(store, 5, 5).durable);  // in the middle of reading
        return true;
    });
    CHECK(seen == 5);
    seen = 0;
    reader.track(1, 0, kStart * 2, [&](const StoredFix&) { return ++seen < 8; });
    CHECK(seen == 8);
}

TEST_CASE("the log is copied when it is long, and not before" * doctest::skip(on_postgresql())) {
    Prepared prepared;
    Store store(prepared.path);
    CHECK(store_some(store, 0, 10).durable);
    CHECK_FALSE(store.checkpoint_if_due());
    CHECK(store.log_bytes() > 0);
    int from = 10;
    bool copied = false;
    for (int i = 0; i < 2000 && !copied; ++i, from += 100) {
        CHECK(store_some(store, from, 100).durable);
        copied = store.checkpoint_if_due();
    }
    CHECK(copied);
    CHECK(store.log_bytes() == 0);
    CHECK(store_some(store, from, 1).durable);
    CHECK(store.log_bytes() < 20 * 4120);
    CHECK(count(prepared.path, "fix") == from + 1);
}

TEST_CASE("a change by another process is noticed once") {
    Prepared prepared;
    Store store(prepared.path);
    CHECK(store_some(store, 0, 1).durable);
    CHECK_FALSE(store.changed_elsewhere());
    {
        Connection connection = open_for_writing(prepared.path);
        Devices(connection).add({{"bike", {"7"}, {}, {}}}, kStart);
    }
    CHECK(store.changed_elsewhere());
    CHECK_FALSE(store.changed_elsewhere());
    CHECK(store.directory().size() == 3);
}
