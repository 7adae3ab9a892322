#include "web_app/account_book.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::tracker;
using waymark::net::Address;

namespace {

constexpr UnixMillis kBookNow = 1'000'000'000'000;

Session session_of(UserNumber user, SessionNumber number, const std::string& token,
                   UnixMillis used = kBookNow) {
    return {.number = number,
            .user = user,
            .token = hash_token(token),
            .begun_ms = used,
            .used_ms = used,
            .address = "192.0.2.1:50000"};
}

AccountsRead household() {
    AccountsRead read;
    Account anna;
    anna.number = 1;
    anna.name = "Anna";
    anna.role = Role::admin;
    Account ben;
    ben.number = 2;
    ben.name = "Ben";
    ben.grants = {{3, false}, {5, true}};
    ben.link = hash_token("link");
    ben.link_expires_ms = kBookNow + 1;
    read.accounts = {anna, ben};
    read.sessions = {session_of(1, 10, "annas"), session_of(2, 20, "bens")};
    return read;
}

AccountBook book_of(AccountsRead read) {
    AccountBook book;
    book.learn(std::move(read));
    return book;
}

}  // namespace

TEST_CASE("before the first reading nobody is known") {
    AccountBook book;
    CHECK_FALSE(book.is_known());
    CHECK_FALSE(book.find("annas", kBookNow));
    book.learn({});
    CHECK(book.is_known());
    CHECK_FALSE(book.has_accounts());
}

TEST_CASE("a token is its session's person, with role and grants, and no other text is") {
    AccountBook book = book_of(household());
    const auto anna = book.find("annas", kBookNow);
    REQUIRE(anna);
    CHECK(anna->user == 1);
    CHECK(anna->name == "Anna");
    CHECK(anna->is_admin());
    CHECK(anna->session == 10);
    const auto ben = book.find("bens", kBookNow);
    REQUIRE(ben);
    CHECK_FALSE(ben->is_admin());
    CHECK(ben->may_see(3));
    CHECK_FALSE(ben->may_change(3));
    CHECK(ben->may_change(5));
    CHECK_FALSE(ben->may_see(4));
    for (const char* token : {"", "Annas", "annas ", "10"}) CHECK_FALSE(book.find(token, kBookNow));
}

TEST_CASE("a session that was not used for a while, or is old, is over") {
    AccountBook book = book_of(household());
    CHECK(book.find("annas", kBookNow + kSessionIdle - 1));
    // That was a use.
    CHECK(book.find("annas", kBookNow + 2 * kSessionIdle - 2));
    CHECK_FALSE(book.find("bens", kBookNow + kSessionIdle));
    CHECK_FALSE(book.find_session(20, kBookNow + kSessionIdle));
    for (UnixMillis at = kBookNow; at < kBookNow + kSessionWhole; at += kSessionIdle / 2)
        book.find("annas", at);
    CHECK_FALSE(book.find("annas", kBookNow + kSessionWhole));
}

TEST_CASE("a session that another reading does not have is over, and its uses are not forgotten") {
    AccountBook book = book_of(household());
    REQUIRE(book.find("annas", kBookNow + 5));
    AccountsRead later = household();
    later.sessions.pop_back();
    book.learn(later);
    CHECK_FALSE(book.find("bens", kBookNow));
    CHECK_FALSE(book.find_session(20, kBookNow));
    CHECK(book.find_session(10, kBookNow));
    CHECK(book.sessions_of(1, kBookNow).at(0).used_ms == kBookNow + 5);
}

TEST_CASE("a session whose person is gone is nobody's") {
    AccountsRead read = household();
    read.accounts.pop_back();
    AccountBook book = book_of(read);
    CHECK_FALSE(book.find("bens", kBookNow));
}

TEST_CASE("people are found by name, however it is written, and by a link that is open") {
    const AccountBook book = book_of(household());
    REQUIRE(book.by_name("aNNA") != nullptr);
    CHECK(book.by_name("aNNA")->number == 1);
    CHECK(book.by_name("Eve") == nullptr);
    REQUIRE(book.by_link(hash_token("link"), kBookNow) != nullptr);
    CHECK(book.by_link(hash_token("link"), kBookNow)->number == 2);
    CHECK(book.by_link(hash_token("link"), kBookNow + 1) == nullptr);
    CHECK(book.by_link(hash_token("other"), kBookNow) == nullptr);
}

TEST_CASE("one's own sessions are listed, the one used last first") {
    AccountsRead read = household();
    read.sessions.push_back(session_of(1, 11, "older", kBookNow - 5));
    read.sessions.push_back(session_of(1, 12, "over", kBookNow - kSessionIdle));
    const AccountBook book = book_of(read);
    const std::vector<Session> list = book.sessions_of(1, kBookNow);
    REQUIRE(list.size() == 2);
    CHECK(list[0].number == 10);
    CHECK(list[1].number == 11);
}

TEST_CASE("a network is known where a session of that person was begun") {
    const AccountBook book = book_of(household());
    const auto home = Address::parse("192.0.2.1:7").network_key();
    const auto other = Address::parse("192.0.2.2:7").network_key();
    CHECK(book.is_known_from(1, home, kBookNow));
    CHECK_FALSE(book.is_known_from(1, other, kBookNow));
    CHECK_FALSE(book.is_known_from(3, home, kBookNow));
    CHECK_FALSE(book.is_known_from(1, home, kBookNow + kSessionIdle));
    CHECK_FALSE(network_in("somewhere"));
    CHECK_FALSE(network_in(""));
    CHECK_FALSE(network_in("unix:/run/x"));
}

TEST_CASE("the database hears of a use once an hour") {
    AccountBook book = book_of(household());
    CHECK(book.take_uses().empty());
    book.find("annas", kBookNow + AccountBook::kUseInterval - 1);
    CHECK(book.take_uses().empty());
    book.find("annas", kBookNow + AccountBook::kUseInterval);
    CHECK(book.take_uses() == std::vector<SessionNumber>{10});
    CHECK(book.take_uses().empty());
}
