#include "services/idle_memory.hh"

#include <doctest/doctest.h>
#include <malloc.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "daemon/log_under_test.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/sqlite_engine.hh"
#include "store/store.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;

// In place of the C library's, so that a test can count it.
static int memory_trims = 0;
extern "C" int malloc_trim(std::size_t) noexcept {
    ++memory_trims;
    return 1;
}

namespace {

struct WatchedMemory {
    LogFolder folder;
    Log log{to_file(folder)};
    int releases = 0;
    IdleMemory memory{log, [this] { ++releases; }};

    WatchedMemory() { memory_trims = 0; }
    void look(int times, std::uint64_t done) {
        for (int i = 0; i < times; ++i) memory.look(done);
    }
};

// A store with the device 1, and what its connection keeps of the database.
struct StoreUnderLoad {
    DatabaseUnderTest database;
    LogFolder folder;
    Log log{to_file(folder)};
    std::unique_ptr<Store> store;
    int time = 0;

    StoreUnderLoad() {
        {
            Connection connection = open_for_writing(database.location());
            Devices(connection).add({{"van", {}, {}, {}}}, 0);
        }
        store = std::make_unique<Store>(database.location());
    }
    void send(int fixes) {
        store->begin();
        for (int i = 0; i < fixes; ++i) {
            Fix fix;
            fix.device = 1;
            fix.time_ms = std::int64_t{1'700'000'000'000} + ++time * 1000;
            REQUIRE(store->add(fix) == Added::stored);
        }
        REQUIRE(store->commit().durable);
    }
    int kept_bytes() {
        int bytes = 0;
        int most = 0;
        store->look([&](Connection& connection) {
            ::sqlite3_db_status(sqlite_handle(connection), SQLITE_DBSTATUS_CACHE_USED, &bytes,
                                &most, 0);
        });
        return bytes;
    }
};

constexpr int kLooksUntilIdle = IdleMemory::kQuietLooks;

}  // namespace

TEST_CASE("memory is given back once when nothing was done for some looks in a row") {
    WatchedMemory watched;
    watched.look(1 + kLooksUntilIdle - 1, 7);
    CHECK(watched.releases == 0);
    CHECK(memory_trims == 0);
    watched.look(1, 7);
    CHECK(watched.releases == 1);
    CHECK(memory_trims == 1);
    watched.look(100 * kLooksUntilIdle, 7);
    CHECK(watched.releases == 1);
    CHECK(memory_trims == 1);
}

TEST_CASE("it is given back once more after the next work") {
    WatchedMemory watched;
    for (std::uint64_t done = 1; done <= 3; ++done) {
        watched.look(1 + 2 * kLooksUntilIdle, done);
        CHECK(watched.releases == static_cast<int>(done));
        CHECK(memory_trims == static_cast<int>(done));
    }
}

TEST_CASE("no memory is given back as long as there is something to do now and then") {
    WatchedMemory watched;
    for (std::uint64_t done = 1; done <= 100; ++done) watched.look(kLooksUntilIdle, done);
    CHECK(watched.releases == 0);
    CHECK(memory_trims == 0);
}

TEST_CASE("what a store keeps of its database is given back when it is idle, and not before" *
          doctest::skip(on_postgresql())) {
    StoreUnderLoad stored;
    IdleMemory memory(stored.log, [&] { stored.store->release_memory(); });
    stored.send(20'000);
    const int busy = stored.kept_bytes();
    CHECK(busy > 500'000);
    for (int i = 0; i < kLooksUntilIdle; ++i) memory.look(stored.store->transactions());
    CHECK(stored.kept_bytes() == busy);
    stored.send(1);
    for (int i = 0; i < kLooksUntilIdle; ++i) memory.look(stored.store->transactions());
    CHECK(stored.kept_bytes() >= busy);
    memory.look(stored.store->transactions());
    CHECK(stored.kept_bytes() < busy / 10);
    stored.send(1);
    CHECK(stored.store->directory().size() == 1);
}

TEST_CASE("each kind of work of a store is counted") {
    StoreUnderLoad stored;
    const std::uint64_t before = stored.store->transactions();
    stored.send(1);
    const std::uint64_t after_fix = stored.store->transactions();
    CHECK(after_fix > before);
    stored.store->change([](Connection& connection) {
        Devices(connection).add({{"boat", {}, {}, {}}}, 0);
    });
    CHECK(stored.store->transactions() > after_fix);
    const std::uint64_t after_change = stored.store->transactions();
    stored.store->look([](Connection& connection) { connection.number("SELECT 1"); });
    stored.store->changed_elsewhere();
    CHECK(stored.store->transactions() == after_change);
}
