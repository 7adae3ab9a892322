// What a Store does on PostgreSQL beyond what it does on SQLite (store_test.cc runs on both).

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/postgresql_under_test.hh"
#include "store/reader.hh"
#include "store/store.hh"

using namespace waymark::tracker;

namespace {

constexpr UnixMillis kFirstTime = 1'768'025'565'000;

std::string with_two_devices() {
    const std::string url = empty_postgresql();
    Connection connection = open_for_writing(url);
    Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, kFirstTime);
    return url;
}

Fix fix_of_van(UnixMillis time, DeviceNumber device = 1) {
    Fix fix;
    fix.device = device;
    fix.time_ms = time;
    fix.latitude_e7 = 481371540;
    fix.longitude_e7 = -115761240;
    fix.extras = R"({"said":"a \"word\", {1}"})";
    return fix;
}

std::int64_t stored_fixes(const std::string& url) {
    return Connection(url, Connection::Access::read_only).number("SELECT count(*) FROM fix");
}

CommitResult store_batch(Store& store, int from, int number) {
    std::vector<Fix> fixes;
    for (int i = from; i < from + number; ++i) fixes.push_back(fix_of_van(kFirstTime + i * 1000));
    std::vector<Added> added;
    store.begin();
    store.add(fixes, added);
    return store.commit();
}

// The server's process that serves the store.
void cut_off_store(Store& store, Connection& by) {
    store.look([&](Connection& connection) { cut_off(connection, by); });
}

}  // namespace

TEST_CASE("of a batch each fix is told what became of it, in its order") {
    if (skip_without_server("batches")) return;
    const std::string url = with_two_devices();
    Store store(url, Store::kQuarantineRoom, "first");
    CHECK(store_batch(store, 0, 1).durable);
    const std::vector<Fix> fixes = {
        fix_of_van(kFirstTime + 9000, 2),                   // stored
        fix_of_van(kFirstTime),                             // known
        fix_of_van(kFirstTime + 1000, 77),                  // nobody
        fix_of_van(kFirstTime + 5000),                      // stored
        fix_of_van(kFirstTime + 9000, 2),                   // twice in the batch
        fix_of_van(kFirstTime - 86'400'000LL * 365 * 20)};  // stored, long ago
    std::vector<Added> added;
    store.begin();
    store.add(fixes, added);
    CHECK(added == std::vector<Added>{Added::stored, Added::duplicate, Added::no_device,
                                      Added::stored, Added::duplicate, Added::stored});
    store.add({}, added);
    CHECK(added.empty());
    CHECK(store.commit().durable);
    CHECK(stored_fixes(url) == 4);
    Reader reader(url);
    std::vector<Fix> read;
    reader.track(1, kFirstTime + 5000, kFirstTime + 5001, [&](const StoredFix& stored) {
        read.push_back(stored.fix);
        return true;
    });
    REQUIRE(read.size() == 1);
    CHECK(read[0].extras == fixes[0].extras);
    CHECK(read[0].longitude_e7 == -115761240);
}

TEST_CASE("two stores have one database, and each tells its own from the other's") {
    if (skip_without_server("two stores")) return;
    const std::string url = with_two_devices();
    Store first(url, Store::kQuarantineRoom, "first");
    Store second(url, Store::kQuarantineRoom, "second");
    CHECK(store_batch(first, 0, 3).durable);
    CHECK(store_batch(second, 2, 3).durable);
    CHECK(stored_fixes(url) == 5);
    Connection look(url, Connection::Access::read_only);
    CHECK(look.number("SELECT count(DISTINCT writer) FROM fix") == 2);
    CHECK(look.number("SELECT count(*) FROM fix JOIN writer ON writer.number = fix.writer WHERE "
                      "writer.name = 'first' AND fix.sequence = writer.sequence") == 3);
    // The fixes of others are no change of the devices; a new device is.
    first.changed_elsewhere();
    CHECK(store_batch(second, 10, 1).durable);
    CHECK_FALSE(first.changed_elsewhere());
    second.change([](Connection& connection) {
        Devices(connection).add({{"bike", {}, {}, {}}}, kFirstTime);
    });
    CHECK(first.changed_elsewhere());
    CHECK_FALSE(first.changed_elsewhere());
    CHECK(first.directory().size() == 3);
}

TEST_CASE("a store whose connection is lost says so, and stores again on a new one") {
    if (skip_without_server("lost stores")) return;
    const std::string url = with_two_devices();
    Store store(url, Store::kQuarantineRoom, "first");
    Connection by(url, Connection::Access::read_write);
    const std::int64_t first = [&] { return store_batch(store, 0, 1).sequence; }();
    cut_off_store(store, by);
    const CommitResult next = store_batch(store, 1, 1);  // nothing was begun: it connects anew
    CHECK(next.durable);
    CHECK(next.sequence > first);
    const std::int64_t process = [&] {
        std::int64_t number = 0;
        store.look(
            [&](Connection& connection) { number = connection.number("SELECT pg_backend_pid()"); });
        return number;
    }();
    store.begin();
    CHECK(store.add(fix_of_van(kFirstTime + 2000)) == Added::stored);
    by.execute(("SELECT pg_terminate_backend(" + std::to_string(process) + ", 10000)").c_str());
    const CommitResult lost = store.commit();
    CHECK_FALSE(lost.durable);
    CHECK_FALSE(lost.reason.empty());
    CHECK(stored_fixes(url) == 2);
    CHECK(store_batch(store, 2, 1).durable);
    CHECK(stored_fixes(url) == 3);
}

TEST_CASE("the store of a copied folder takes the place of the first, which stores nothing then") {
    if (skip_without_server("replaced stores")) return;
    const std::string url = with_two_devices();
    Store first(url, Store::kQuarantineRoom, "same");
    CHECK(store_batch(first, 0, 1).durable);
    Store copy(url, Store::kQuarantineRoom, "same");
    const CommitResult refused = store_batch(first, 1, 1);
    CHECK_FALSE(refused.durable);
    CHECK(refused.reason.find("another server") != std::string::npos);
    CHECK_FALSE(store_batch(first, 1, 1).durable);  // also on a new connection
    CHECK(store_batch(copy, 2, 1).durable);
    CHECK(stored_fixes(url) == 2);
}
