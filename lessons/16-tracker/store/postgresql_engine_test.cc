#include "store/postgresql_engine.hh"

#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "store/postgresql_under_test.hh"

using namespace waymark::tracker;
using Access = Connection::Access;
using Kind = StoreError::Kind;

namespace {

template <typename Action>
std::optional<Kind> kind_of_failure(const Action& action) {
    try {
        action();
    } catch (const StoreError& error) {
        return error.kind();
    }
    return std::nullopt;
}

// A table `t` of its own.
struct OpenedServer {
    std::string url = empty_postgresql();
    Connection connection{url, Access::create};
    OpenedServer() {
        connection.execute("CREATE TABLE t (number bigint PRIMARY KEY, words text, bytes bytea)");
    }
    std::int64_t rows() {
        return Connection(url, Access::read_only).number("SELECT count(*) FROM t");
    }
};

void insert_number(Connection& connection, std::int64_t number) {
    Statement statement(connection, "INSERT INTO t (number) VALUES (?1)");
    statement.bind(1, number);
    statement.run();
}

}  // namespace

TEST_CASE("numbers of rows grow with time, also where the clock was set back") {
    TimedNumbers numbers;
    constexpr std::int64_t kNow = 1'768'025'565'000;
    const std::int64_t first = numbers.next(kNow, 4095);
    CHECK(first == (kNow - 1'577'836'800'000) * 4096 + 4095);
    CHECK(numbers.next(kNow, 7) == first + 1);
    CHECK(numbers.next(kNow - 5000, 7) == first + 2);
    CHECK(numbers.next(kNow + 1000, 4096 + 7) == (kNow + 1000 - 1'577'836'800'000) * 4096 + 7);
    constexpr std::int64_t k2089 = 3'755'289'600'000;
    CHECK(TimedNumbers().next(k2089, 4095) < std::int64_t{1} << 53);
}

TEST_CASE("by a clock that was never set each start has other numbers") {
    TimedNumbers one, two;
    const std::int64_t first = one.next(0, 4'000'000'000);
    CHECK(two.next(0, 17) != first);
    CHECK(one.next(1'768'025'565'000, 0) > first);
}

TEST_CASE("columns of bytes are valid beside each other until the next step") {
    if (skip_without_server("columns of bytes")) return;
    OpenedServer opened;
    Statement row(opened.connection, "SELECT CAST('one' AS bytea), CAST('two' AS bytea)");
    REQUIRE(row.step());
    const std::string_view first = row.text(0), second = row.text(1);
    CHECK((first == "one" && second == "two"));
}

TEST_CASE("what is bound is read as it was, each kind and nothing") {
    if (skip_without_server("values")) return;
    OpenedServer opened;
    Statement put(opened.connection, "INSERT INTO t (number, words, bytes) VALUES (?1, ?2, ?3)");
    const std::string every_byte = [] {
        std::string bytes;
        for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
        return bytes;
    }();
    const std::int64_t least = std::numeric_limits<std::int64_t>::min();
    put.bind(1, least);
    put.bind_text(2, "Zo\xC3\xAB's \"?1\" \\");
    put.bind_bytes(3, every_byte);
    put.run();
    CHECK(opened.connection.changed_rows() == 1);
    put.bind(1, 1);
    put.bind_text(2, "");
    put.bind_bytes(3, "");
    put.run();
    put.bind(1, 2);
    put.bind_nothing(2);
    put.bind_nothing(3);
    put.run();
    put.bind(1, 3);
    put.bind_text(2, std::string_view("\xFF\0", 2));  // as a phone may send
    put.run();

    Statement get(opened.connection, "SELECT number, words, bytes FROM t ORDER BY number");
    REQUIRE(get.step());
    CHECK(get.integer(0) == least);
    CHECK(get.text(1) == "Zo\xC3\xAB's \"?1\" \\");
    CHECK(get.text(2) == every_byte);
    REQUIRE(get.step());
    CHECK_FALSE(get.is_null(1));
    CHECK(get.text(1).empty());
    CHECK_FALSE(get.is_null(2));
    CHECK(get.text(2).empty());
    REQUIRE(get.step());
    CHECK(get.is_null(1));
    CHECK(get.is_null(2));
    CHECK(get.integer(1) == 0);
    CHECK_FALSE(get.integer_if(1));
    REQUIRE(get.step());
    CHECK(get.text(1) == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_FALSE(get.step());
    CHECK_FALSE(get.step());
    CHECK(opened.connection.number("SELECT count(*) > 3 FROM t") == 1);
    CHECK(opened.connection.number("SELECT count(*) > 4 FROM t") == 0);
    CHECK(opened.connection.text("SELECT '?1'") == "?1");
}

TEST_CASE("a parameter that nobody bound is NULL, and one that is not there is refused") {
    if (skip_without_server("parameters")) return;
    OpenedServer opened;
    Statement put(opened.connection, "INSERT INTO t (number, words) VALUES (?1, ?2)");
    put.bind(1, 1);
    put.run();
    CHECK(opened.connection.number("SELECT count(*) FROM t WHERE words IS NULL") == 1);
    CHECK(kind_of_failure([&] { put.bind(3, 1); }) == Kind::other);
    CHECK(kind_of_failure([&] { put.bind_text(0, "x"); }) == Kind::other);
}

TEST_CASE("statements may be read within each other, and one that was reset begins anew") {
    if (skip_without_server("statements")) return;
    OpenedServer opened;
    for (int number = 1; number <= 3; ++number) insert_number(opened.connection, number);
    Statement outer(opened.connection, "SELECT number FROM t ORDER BY number");
    Statement inner(opened.connection, "SELECT number FROM t WHERE number > ?1");
    int inner_rows = 0;
    while (outer.step()) {
        inner.bind(1, outer.integer(0));
        while (inner.step()) ++inner_rows;
        inner.reset();
    }
    CHECK(inner_rows == 3);
    outer.reset();
    REQUIRE(outer.step());
    CHECK(outer.integer(0) == 1);
}

TEST_CASE("rows that come one by one are the same, and what is not wanted of them is not read") {
    if (skip_without_server("rows one by one")) return;
    OpenedServer opened;
    opened.connection.execute("INSERT INTO t (number) SELECT generate_series(1, 300000)");
    Statement rows(opened.connection, "SELECT number, words FROM t ORDER BY number");
    rows.read_row_by_row();
    std::int64_t sum = 0;
    while (rows.step()) sum += rows.integer(0);
    CHECK(sum == std::int64_t{300'000} * 300'001 / 2);
    CHECK_FALSE(rows.step());
    rows.reset();
    REQUIRE(rows.step());
    // Nothing else can be asked in between, and that is said.
    CHECK(kind_of_failure([&] { opened.connection.number("SELECT 1"); }) == Kind::other);
    rows.reset();
    CHECK(opened.connection.number("SELECT count(*) FROM t") == 300'000);
    REQUIRE(rows.step());
    CHECK(rows.integer(0) == 1);
}

TEST_CASE("a failure has its kind, and the connection can be used again") {
    if (skip_without_server("kinds of failures")) return;
    OpenedServer opened;
    opened.connection.execute("CREATE TABLE part (of_t bigint NOT NULL REFERENCES t)");
    insert_number(opened.connection, 1);
    CHECK(kind_of_failure([&] { insert_number(opened.connection, 1); }) == Kind::not_unique);
    CHECK(kind_of_failure([&] { opened.connection.execute("INSERT INTO part VALUES (2)"); }) ==
          Kind::refers_to_nothing);
    CHECK(kind_of_failure([&] { opened.connection.execute("NONSENSE"); }) == Kind::other);
    Connection reader(opened.url, Access::read_only);
    CHECK(kind_of_failure([&] { insert_number(reader, 2); }) == Kind::not_writable);
    CHECK(opened.rows() == 1);
}

TEST_CASE("a lock that another keeps is waited for as long as was said") {
    if (skip_without_server("locks")) return;
    OpenedServer opened;
    insert_number(opened.connection, 1);
    Connection other(opened.url, Access::read_write);
    other.set_busy_timeout(std::chrono::milliseconds(50));
    Transaction keeps(opened.connection);
    opened.connection.execute("UPDATE t SET words = 'mine'");
    CHECK(kind_of_failure([&] { other.execute("UPDATE t SET words = 'other'"); }) == Kind::busy);
    keeps.commit();
    other.execute("UPDATE t SET words = 'other'");
    CHECK(other.text("SELECT words FROM t") == "other");
}

TEST_CASE("a part of a transaction is undone alone, and after a failure nothing is committed") {
    if (skip_without_server("transactions")) return;
    OpenedServer opened;
    Connection& connection = opened.connection;
    {
        Transaction whole(connection);
        insert_number(connection, 1);
        try {
            Transaction part(connection);
            insert_number(connection, 2);
            insert_number(connection, 1);
            part.commit();
        } catch (const StoreError& error) {
            CHECK(error.kind() == Kind::not_unique);
        }
        insert_number(connection, 3);
        whole.commit();
    }
    CHECK(opened.rows() == 2);
    Transaction spoilt(connection);
    insert_number(connection, 4);
    CHECK(kind_of_failure([&] { insert_number(connection, 4); }) == Kind::not_unique);
    // PostgreSQL itself answers ROLLBACK to this COMMIT, and no error.
    CHECK(kind_of_failure([&] { spoilt.commit(); }) == Kind::other);
    CHECK(opened.rows() == 2);
}

TEST_CASE("after a loss a look is repeated, a transaction is not") {
    if (skip_without_server("losses")) return;
    OpenedServer opened;
    Connection by(opened.url, Access::read_write);
    Connection& connection = opened.connection;
    Statement count(connection, "SELECT count(*) FROM t");
    REQUIRE(count.step());
    count.reset();
    cut_off(connection, by);
    REQUIRE(count.step());
    CHECK(count.integer(0) == 0);
    count.reset();

    cut_off(connection, by);
    CHECK(kind_of_failure([&] { insert_number(connection, 1); }) == Kind::unreachable);
    insert_number(connection, 1);  // on a new connection
    CHECK(opened.rows() == 1);

    {
        Transaction transaction(connection);
        insert_number(connection, 2);
        cut_off(connection, by);
        CHECK(kind_of_failure([&] { insert_number(connection, 3); }) == Kind::unreachable);
        // Done by itself now, it would stay while the first is gone.
        CHECK(kind_of_failure([&] { insert_number(connection, 4); }) == Kind::unreachable);
        CHECK(kind_of_failure([&] { transaction.commit(); }) == Kind::unreachable);
    }
    CHECK(opened.rows() == 1);
    cut_off(connection, by);
    {
        Transaction transaction(connection);  // BEGIN is repeated: nothing was done before it
        insert_number(connection, 5);
        transaction.commit();
    }
    CHECK(opened.rows() == 2);
}

TEST_CASE("more statements than are kept prepared are still right") {
    if (skip_without_server("prepared statements")) return;
    OpenedServer opened;
    for (int round = 0; round < 2; ++round)
        for (int number = 0; number < 300; ++number) {
            const std::string query = "SELECT ?1 + " + std::to_string(number);
            Statement statement(opened.connection, query);
            statement.bind(1, 1);
            REQUIRE(statement.step());
            CHECK(statement.integer(0) == number + 1);
        }
    CHECK(opened.connection.number("SELECT count(*) FROM pg_prepared_statements") <= 256);
}

TEST_CASE("a server that is not there, and a password that is wrong, are told apart") {
    if (skip_without_server("refused connections")) return;
    const std::string url = empty_postgresql();
    CHECK(kind_of_failure([] { Connection("postgresql://ada@127.0.0.1:1/way", Access::create); }) ==
          Kind::unreachable);
    const std::size_t colon = url.find(':', url.find("://") + 3);
    const std::size_t at = url.find('@');
    REQUIRE(colon < at);
    const std::string wrong = url.substr(0, colon + 1) + "not-the-secret" + url.substr(at);
    try {
        Connection(wrong, Access::create);
        FAIL("a wrong password was taken");
    } catch (const StoreError& error) {
        CHECK(error.kind() == Kind::not_allowed);
        CHECK(std::string(error.what()).find("not-the-secret") == std::string::npos);
        CHECK(std::string(error.what()).find("password authentication failed") !=
              std::string::npos);
    }
}
