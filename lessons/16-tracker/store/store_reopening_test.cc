// A store whose database was closed by a failure and is opened anew: what it must not overlook.

#include <doctest/doctest.h>

#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"

using namespace waymark::tracker;

namespace {

struct ReopenedStore {
    // Closes the database, as a failure does.
    void fail() {
        store.begin();
        store.rollback();
    }
    void add_device(const char* name) {
        Connection other = open_for_writing(database.location());
        Devices(other).add({{name, {}, {}, {}}}, 0);
    }

    DatabaseUnderTest database;
    Store store{database.location()};
};

}  // namespace

TEST_CASE("after a failure a change is noticed as well, also if nobody stores anything") {
    ReopenedStore tested;
    CHECK_FALSE(tested.store.changed_elsewhere());
    tested.fail();
    tested.add_device("while closed");
    CHECK(tested.store.changed_elsewhere());
    CHECK_FALSE(tested.store.changed_elsewhere());
    tested.fail();
    tested.add_device("while closed once more");
    tested.store.begin();  // opens it
    REQUIRE(tested.store.commit().durable);
    CHECK(tested.store.changed_elsewhere());
    CHECK_FALSE(tested.store.changed_elsewhere());
}

TEST_CASE("how large the database is, is told in either engine, also after a failure") {
    ReopenedStore tested;
    CHECK(tested.store.database_bytes() >= 16 * 4096);
    tested.fail();
    CHECK(tested.store.database_bytes() >= 16 * 4096);
}
