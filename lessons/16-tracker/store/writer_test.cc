#include "store/writer.hh"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/open_database.hh"
#include "store/postgresql_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

TEST_CASE("a data folder has one name, and no two folders have the same") {
    const TemporaryFolder first;
    const TemporaryFolder second;
    const std::string name = writer_name(first.path());
    CHECK(name.size() >= 16);
    CHECK(writer_name(first.path()) == name);
    CHECK(writer_name(second.path()) != name);
    std::ofstream(second.file("waymark.writer"), std::ios::trunc);
    CHECK_THROWS_AS(writer_name(second.path()), UsageError);
    CHECK_THROWS_AS(writer_name(first.file("nowhere")), std::system_error);
}

TEST_CASE("a writer counts for itself, upwards, and what was replaced can write no more") {
    if (skip_without_server("writers")) return;
    const std::string url = empty_postgresql();
    Connection first = open_for_writing(url);
    Connection other = open_for_writing(url);
    become_writer(first, "first");
    become_writer(other, "other");
    CHECK(first.writer().number != other.writer().number);
    const std::int64_t before = now_as_sequence();
    const std::int64_t one = advance_writer(first);
    CHECK(one >= before);
    CHECK(advance_writer(first) > one);
    // A clock that was ahead once: the sequence grows all the same.
    first.execute("UPDATE writer SET sequence = 9000000000000000 WHERE name = 'first'");
    CHECK(advance_writer(first) == 9'000'000'000'000'001);
    CHECK(advance_writer(other) < 9'000'000'000'000'000);

    Connection copy = open_for_writing(url);
    become_writer(copy, "first");
    CHECK(copy.writer().number == first.writer().number);
    CHECK(advance_writer(copy) == 9'000'000'000'000'002);
    CHECK_THROWS_AS(advance_writer(first), StoreError);
    CHECK_THROWS_AS(remain_writer(first, first.writer()), StoreError);
    CHECK_NOTHROW(remain_writer(copy, copy.writer()));
    CHECK_NOTHROW(advance_writer(other));
}

TEST_CASE("commands are one writer together, and shut each other out for a transaction only") {
    if (skip_without_server("commands")) return;
    const std::string url = empty_postgresql();
    Connection first = open_for_writing(url);
    Connection second = open_for_writing(url);
    CHECK(first.writer().number == second.writer().number);
    const std::int64_t one = advance_writer(first);
    CHECK(advance_writer(second) > one);
    second.set_busy_timeout(std::chrono::milliseconds(50));
    Transaction transaction(first);
    advance_writer(first);
    CHECK_THROWS_AS(advance_writer(second), StoreError);
}

TEST_CASE("a transaction begins with its sequence, and not where another took the writer's place") {
    if (skip_without_server("beginnings")) return;
    const std::string url = empty_postgresql();
    Connection first = open_for_writing(url);
    become_writer(first, "first");
    const auto kept = [&] {
        return Connection(url, Connection::Access::read_only)
            .number("SELECT sequence FROM writer WHERE name = 'first'");
    };
    const std::int64_t one = begin_as_writer(first, 0);
    CHECK(kept() == 0);  // not committed
    first.execute("COMMIT");
    CHECK(kept() == one);
    CHECK(begin_as_writer(first, 9'000'000'000'000'000) == 9'000'000'000'000'001);
    first.execute("ROLLBACK");
    CHECK(kept() == one);
    Connection copy = open_for_writing(url);
    become_writer(copy, "first");
    CHECK_THROWS_AS(begin_as_writer(first, one), StoreError);
    Connection command = open_for_writing(url);
    CHECK(begin_as_writer(command, 0) > 0);
}
