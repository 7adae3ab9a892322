#include "store/device_edits.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "store/store.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

// A van (1) with the identifier "7" and a bike (2).
struct Edited {
    DatabaseUnderTest database;
    std::string path = database.location();
    Connection connection = open_for_writing(path);
    DeviceEdits edits{connection};

    Edited() { Devices(connection).add({{"van", {"7"}, "tok-van", {}}, {"bike", {}, {}, {}}}, 0); }

    std::vector<Device> list() { return Devices(connection).list(); }
    MemoryDirectory directory() {
        MemoryDirectory directory;
        for (const DirectoryEntry& entry : read_directory(connection)) directory.add(entry);
        return directory;
    }
    void store(DeviceNumber device, int count) {
        Store store(path);
        store.begin();
        for (int i = 0; i < count; ++i) {
            Fix fix;
            fix.device = device;
            fix.time_ms = 1'700'000'000'000 + i;
            store.add(fix);
        }
        REQUIRE(store.commit().durable);
    }
    void keep(DeviceNumber device, int count) {
        Store store(path);
        store.begin();
        for (int i = 0; i < count; ++i)
            store.add(Quarantined{device, 0, "not_finite", Source::osmand, std::to_string(i)}, 0);
        REQUIRE(store.commit().durable);
    }
    std::int64_t count(const char* table) {
        return connection.number(
            ("SELECT count(*) FROM " + std::string(table) + " WHERE device = 1").c_str());
    }
};

}  // namespace

TEST_CASE("an identifier is of one device, and can be added again and removed") {
    Edited edited;
    edited.edits.add_identifier(2, "my-phne");
    edited.edits.add_identifier(2, "my-phne");
    CHECK(edited.directory().by_identifier("my-phne")->number == 2);
    CHECK_THROWS_AS(edited.edits.add_identifier(2, "7"), UsageError);
    CHECK_THROWS_AS(edited.edits.add_identifier(2, ""), UsageError);
    CHECK_THROWS_AS(edited.edits.add_identifier(2, std::string(129, 'x')), UsageError);
    CHECK_THROWS_AS(edited.edits.add_identifier(9, "x"), UsageError);
    CHECK_THROWS_AS(edited.edits.remove_identifier(2, "7"), UsageError);
    edited.edits.remove_identifier(2, "my-phne");
    CHECK_FALSE(edited.directory().by_identifier("my-phne"));
    CHECK_THROWS_AS(edited.edits.remove_identifier(2, "my-phne"), UsageError);
}

TEST_CASE("a new token is known and the old one is not") {
    Edited edited;
    edited.edits.set_token(1, "another");
    CHECK(edited.directory().by_token("another")->number == 1);
    CHECK_FALSE(edited.directory().by_token("tok-van"));
    CHECK_THROWS_AS(edited.edits.set_token(9, "x"), UsageError);
}

TEST_CASE("who sees whom is listed, and nobody sees itself") {
    Edited edited;
    edited.edits.share({1, 2}, true);
    edited.edits.share({1, 2}, true);
    std::vector<Friendship> friendships = read_friendships(edited.connection);
    REQUIRE(friendships.size() == 1);
    CHECK(friendships[0].viewer == 1);
    CHECK(friendships[0].seen == 2);
    CHECK_THROWS_AS(edited.edits.share({1, 1}, true), UsageError);
    CHECK_THROWS_AS(edited.edits.share({1, 9}, true), UsageError);
    edited.edits.share({1, 2}, false);
    CHECK(read_friendships(edited.connection).empty());
}

TEST_CASE("a device whose removal has begun is unknown, invisible, and its name is free") {
    Edited edited;
    edited.edits.share({1, 2}, true);
    edited.edits.begin_removal(1, 5);
    REQUIRE(edited.list().size() == 1);
    CHECK(edited.list()[0].name == "bike");
    CHECK_FALSE(edited.directory().by_identifier("7"));
    CHECK_FALSE(edited.directory().by_token("tok-van"));
    CHECK_FALSE(edited.directory().by_number(1));
    CHECK(read_friendships(edited.connection).empty());
    CHECK_THROWS_AS(edited.edits.name_of(1), UsageError);
    CHECK_THROWS_AS(Devices(edited.connection).rename(1, "ghost"), UsageError);
    CHECK_THROWS_AS(edited.edits.begin_removal(1, 5), UsageError);
    CHECK_THROWS_AS(Devices(edited.connection)
                        .number_of("\x7f"
                                   "1"),
                    UsageError);
    Devices(edited.connection).add({{"van", {"7"}, {}, {}}}, 0);
    CHECK(edited.directory().by_identifier("7")->number == 3);
}

TEST_CASE("a removal goes on in steps, from wherever it was left, until nothing is there") {
    Edited edited;
    const int many = DeviceEdits::kRemovedAtOnce * 2 + 5;
    edited.store(1, many);
    edited.keep(1, 3);
    edited.store(2, 7);
    CHECK_FALSE(edited.edits.to_remove());
    edited.edits.begin_removal(1, 5);
    CHECK(edited.edits.to_remove() == 1);
    CHECK(edited.edits.remove_step(1));
    CHECK(edited.count("fix") == many - DeviceEdits::kRemovedAtOnce);
    // Another process goes on.
    Connection other = open_for_writing(edited.path);
    DeviceEdits others(other);
    int steps = 1;
    while (others.remove_step(1)) ++steps;
    CHECK(steps == 4);  // three for the fixes, one for the quarantine
    CHECK(edited.count("fix") == 0);
    CHECK(edited.count("quarantine") == 0);
    CHECK_FALSE(edited.edits.to_remove());
    CHECK(edited.connection.number("SELECT count(*) FROM device WHERE number = 1") == 0);
    CHECK(edited.connection.number("SELECT count(*) FROM fix WHERE device = 2") == 7);
}

TEST_CASE("a step for a device that is not being removed leaves it whole") {
    Edited edited;
    edited.store(1, 3);
    CHECK_FALSE(edited.edits.remove_step(1));
    CHECK(edited.count("fix") == 3);
    CHECK(edited.edits.name_of(1) == "van");
}
