#include "store/audit_log.hh"

#include <doctest/doctest.h>

#include <string>

#include "store/database_under_test.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;

namespace {

struct OpenedLog {
    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    AuditLog log{connection};

    void note(const std::string& action, bool is_refusal = false) {
        log.note({.time_ms = 9,
                  .who = "Anna",
                  .address = "192.0.2.1",
                  .action = action,
                  .about = "Ben",
                  .is_refusal = is_refusal});
    }

    // As if Anna had done so many things, "old 1" to "old N": one statement, for each note by itself
    // counts all of them.
    void fill(std::int64_t events) {
        Statement fill(connection,
                       "INSERT INTO audit (number, time_ms, who, address, action, about, "
                       "is_refusal) WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 "
                       "FROM series WHERE n < ?1) SELECT 100 + n, 9, 'Anna', '', "
                       "'old ' || CAST(n AS text), '', 0 FROM series");
        fill.bind(1, events);
        fill.run();
    }
};

}  // namespace

TEST_CASE("what was done is listed, the newest first, page by page") {
    OpenedLog opened;
    for (const char* action : {"one", "two", "three"}) opened.note(action);
    const auto first = opened.log.list(2);
    REQUIRE(first.size() == 2);
    CHECK(first[0].action == "three");
    CHECK(first[0].time_ms == 9);
    CHECK(first[0].who == "Anna");
    CHECK(first[0].address == "192.0.2.1");
    CHECK(first[0].about == "Ben");
    CHECK_FALSE(first[0].is_refusal);
    const auto second = opened.log.list(2, first[1].number);
    REQUIRE(second.size() == 1);
    CHECK(second[0].action == "one");
}

TEST_CASE("refusals push out older refusals, and no event") {
    OpenedLog opened;
    Transaction transaction(opened.connection);
    opened.note("log-in");
    for (std::int64_t i = 0; i < AuditLog::kMostRefusals + 10; ++i)
        opened.note(std::to_string(i), true);
    const auto all = opened.log.list(100'000);
    CHECK(all.size() == static_cast<std::size_t>(AuditLog::kMostRefusals) + 1);
    CHECK(all.back().action == "log-in");
    CHECK(all[all.size() - 2].action == "10");
}

TEST_CASE("events have a bound, too") {
    OpenedLog opened;
    opened.fill(AuditLog::kMostEvents - 1);
    opened.note("fits");
    CHECK(opened.log.list(100'000).back().action == "old 1");
    opened.note("one too many");
    const auto all = opened.log.list(100'000);
    CHECK(all.size() == static_cast<std::size_t>(AuditLog::kMostEvents));
    CHECK(all.back().action == "old 2");
}

TEST_CASE("whoever does too much pushes out what they did, and nothing of others") {
    OpenedLog opened;
    const auto note_of_ben = [&](const std::string& action) {
        opened.log.note({.time_ms = 9, .who = "Ben", .action = action});
    };
    opened.connection.execute(
        "INSERT INTO audit (number, time_ms, who, address, action, about, is_refusal) "
        "VALUES (1, 9, 'Ben', '', 'role changed', '', 0)");
    opened.fill(AuditLog::kMostEvents - 2);
    note_of_ben("log-in");
    for (int i = 0; i < 20; ++i) opened.note(std::to_string(i));
    note_of_ben("log-out");
    const auto all = opened.log.list(100'000);
    CHECK(all.size() == static_cast<std::size_t>(AuditLog::kMostEvents));
    CHECK(all.front().action == "log-out");
    CHECK(all.back().action == "role changed");
    CHECK(all[all.size() - 2].action == "old 22");
    CHECK(all[21].action == "log-in");
}

TEST_CASE("a text that is too long is cut between two characters") {
    OpenedLog opened;
    std::string wide = "x";
    for (int i = 0; i < 200; ++i) wide += "é";
    opened.log.note({.who = wide, .address = "", .action = "", .about = ""});
    const std::string kept = opened.log.list(1).at(0).who;
    CHECK(kept.size() == AuditLog::kLongestText - 1);
    CHECK(kept == wide.substr(0, kept.size()));
}
