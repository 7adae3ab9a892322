#include "store/sessions.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/accounts.hh"
#include "store/database_under_test.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;

namespace {

struct OpenedSessions {
    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Accounts accounts{connection};
    Sessions sessions{connection};
    UserNumber anna = accounts.add("Anna", Role::admin, "hash", 0);
    UserNumber ben = accounts.add("Ben", Role::member, "hash", 0);

    SessionNumber begin(UserNumber user, const std::string& token, UnixMillis now) {
        return sessions.begin({.user = user,
                               .token = hash_token(token),
                               .begun_ms = now,
                               .address = "192.0.2.1",
                               .agent = "Firefox"});
    }
    std::vector<SessionNumber> numbers() {
        std::vector<SessionNumber> result;
        for (const Session& session : sessions.list()) result.push_back(session.number);
        return result;
    }
};

using Numbers = std::vector<SessionNumber>;

}  // namespace

TEST_CASE("a session is kept with the hash of its token, and from where it was begun") {
    OpenedSessions opened;
    const SessionNumber number = opened.begin(opened.anna, "secret", 5);
    const Session session = opened.sessions.list().at(0);
    CHECK(session.number == number);
    CHECK(session.user == opened.anna);
    CHECK(session.token == hash_token("secret"));
    CHECK(session.begun_ms == 5);
    CHECK(session.used_ms == 5);
    CHECK(session.address == "192.0.2.1");
    CHECK(session.agent == "Firefox");
}

TEST_CASE("what a browser calls itself is cut short") {
    OpenedSessions opened;
    opened.sessions.begin({.user = opened.anna,
                           .token = {},
                           .begun_ms = 0,
                           .address = "",
                           .agent = std::string(5000, 'x')});
    CHECK(opened.sessions.list().at(0).agent == std::string(Sessions::kLongestAgent, 'x'));
}

TEST_CASE("a session ends a while after its last use, and at the latest a while after it began") {
    CHECK(end_of({.begun_ms = 10, .used_ms = 10}) == 10 + kSessionIdle);
    CHECK(end_of({.begun_ms = 10, .used_ms = kSessionWhole}) == 10 + kSessionWhole);
}

TEST_CASE("what is over is deleted when another session begins") {
    OpenedSessions opened;
    const SessionNumber idle = opened.begin(opened.anna, "idle", 0);
    const SessionNumber used = opened.begin(opened.anna, "used", 0);
    opened.sessions.note_use(used, kSessionIdle - 1);
    CHECK(opened.numbers() == Numbers{used, idle});
    const SessionNumber third = opened.begin(opened.ben, "third", kSessionIdle);
    CHECK(opened.numbers() == Numbers{third, used});
    opened.sessions.note_use(used, kSessionWhole - 1);
    opened.sessions.note_use(third, kSessionWhole - 1);
    const SessionNumber fourth = opened.begin(opened.ben, "fourth", kSessionWhole);
    CHECK(opened.numbers() == Numbers{fourth, third});
}

TEST_CASE("a use that is told late does not make a session older") {
    OpenedSessions opened;
    const SessionNumber number = opened.begin(opened.anna, "a", 0);
    opened.sessions.note_use(number, 50);
    opened.sessions.note_use(number, 20);
    CHECK(opened.sessions.list().at(0).used_ms == 50);
}

TEST_CASE("a person ends their own sessions only") {
    OpenedSessions opened;
    const SessionNumber annas = opened.begin(opened.anna, "a", 0);
    const SessionNumber bens = opened.begin(opened.ben, "b", 0);
    CHECK_FALSE(opened.sessions.end(opened.ben, annas));
    CHECK(opened.sessions.end(opened.ben, bens));
    CHECK_FALSE(opened.sessions.end(opened.ben, bens));
    CHECK(opened.numbers() == Numbers{annas});
}

TEST_CASE("all sessions of a person end, but the one that is kept") {
    OpenedSessions opened;
    const SessionNumber first = opened.begin(opened.anna, "1", 0);
    const SessionNumber kept = opened.begin(opened.anna, "2", 0);
    const SessionNumber bens = opened.begin(opened.ben, "3", 0);
    CHECK(opened.sessions.end_all_but(opened.anna, kept) == 1);
    CHECK(opened.numbers() == Numbers{bens, kept});
    CHECK(first != kept);
    CHECK(opened.sessions.end_all_but(opened.anna, 0) == 1);
    CHECK(opened.numbers() == Numbers{bens});
}

TEST_CASE("one who logs in again and again loses the sessions that were used least lately") {
    OpenedSessions opened;
    const SessionNumber bens = opened.begin(opened.ben, "ben", 0);
    const SessionNumber first = opened.begin(opened.anna, "first", 0);
    const SessionNumber second = opened.begin(opened.anna, "second", 1);
    opened.sessions.note_use(first, 1000);
    for (int i = 2; i <= Sessions::kMostOfOne; ++i)
        opened.begin(opened.anna, std::to_string(i), 10 + i);
    const Numbers left = opened.numbers();
    CHECK(left.size() == static_cast<std::size_t>(Sessions::kMostOfOne) + 1);
    CHECK(std::count(left.begin(), left.end(), first) == 1);
    CHECK(std::count(left.begin(), left.end(), second) == 0);
    CHECK(std::count(left.begin(), left.end(), bens) == 1);
}

TEST_CASE("sessions go with their person") {
    OpenedSessions opened;
    opened.begin(opened.ben, "b", 0);
    opened.accounts.remove(opened.ben);
    CHECK(opened.numbers().empty());
}
