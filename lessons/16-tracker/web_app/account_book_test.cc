#include "web_app/account_book.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::tracker;
using waymark::net::Address;

namespace {

constexpr UnixMillis kNow = 1'000'000'000'000;

Session session_of(UserNumber user, SessionNumber number, const std::string& token,
                   UnixMillis used = kNow) {
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
    ben.link_expires_ms = kNow + 1;
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
    CHECK_FALSE(book.find("annas", kNow));
    book.learn({});
    CHECK(book.is_known());
    CHECK_FALSE(book.has_accounts());
}

TEST_CASE("a token is its session's person, with role and grants, and no other text is") {
    AccountBook book = book_of(household());
    const auto anna = book.find("annas", kNow);
    REQUIRE(anna);
    CHECK(anna->user == 1);
    CHECK(anna->name == "Anna");
    CHECK(anna->is_admin());
    CHECK(anna->session == 10);
    const auto ben = book.find("bens", kNow);
    REQUIRE(ben);
    CHECK_FALSE(ben->is_admin());
    CHECK(ben->may_see(3));
    CHECK_FALSE(ben->may_change(3));
    CHECK(ben->may_change(5));
    CHECK_FALSE(ben->may_see(4));
    for (const char* token : {"", "Annas", "annas ", "10"}) CHECK_FALSE(book.find(token, kNow));
}

TEST_CASE("a session that was not used for a while, or is old, is over") {
    AccountBook book = book_of(household());
    CHECK(book.find("annas", kNow + kSessionIdle - 1));
    // That was a use.
    CHECK(book.find("annas", kNow + 2 * kSessionIdle - 2));
    CHECK_FALSE(book.find("bens", kNow + kSessionIdle));
    CHECK_FALSE(book.find_session(20, kNow + kSessionIdle));
    for (UnixMillis at = kNow; at < kNow + kSessionWhole; at += kSessionIdle / 2)
        book.find("annas", at);
    CHECK_FALSE(book.find("annas", kNow + kSessionWhole));
}

TEST_CASE("a session that another reading does not have is over, and its uses are not forgotten") {
    AccountBook book = book_of(household());
    REQUIRE(book.find("annas", kNow + 5));
    AccountsRead later = household();
    later.sessions.pop_back();
    book.learn(later);
    CHECK_FALSE(book.find("bens", kNow));
    CHECK_FALSE(book.find_session(20, kNow));
    CHECK(book.find_session(10, kNow));
    CHECK(book.sessions_of(1, kNow).at(0).used_ms == kNow + 5);
}

TEST_CASE("a session whose person is gone is nobody's") {
    AccountsRead read = household();
    read.accounts.pop_back();
    AccountBook book = book_of(read);
    CHECK_FALSE(book.find("bens", kNow));
}

TEST_CASE("people are found by name, however it is written, and by a link that is open") {
    const AccountBook book = book_of(household());
    REQUIRE(book.by_name("aNNA") != nullptr);
    CHECK(book.by_name("aNNA")->number == 1);
    CHECK(book.by_name("Eve") == nullptr);
    REQUIRE(book.by_link(hash_token("link"), kNow) != nullptr);
    CHECK(book.by_link(hash_token("link"), kNow)->number == 2);
    CHECK(book.by_link(hash_token("link"), kNow + 1) == nullptr);
    CHECK(book.by_link(hash_token("other"), kNow) == nullptr);
}

TEST_CASE("one's own sessions are listed, the one used last first") {
    AccountsRead read = household();
    read.sessions.push_back(session_of(1, 11, "older", kNow - 5));
    read.sessions.push_back(session_of(1, 12, "over", kNow - kSessionIdle));
    const AccountBook book = book_of(read);
    const std::vector<Session> list = book.sessions_of(1, kNow);
    REQUIRE(list.size() == 2);
    CHECK(list[0].number == 10);
    CHECK(list[1].number == 11);
}

TEST_CASE("a network is known where a session of that person was begun") {
    const AccountBook book = book_of(household());
    const auto home = Address::parse("192.0.2.1:7").network_key();
    const auto other = Address::parse("192.0.2.2:7").network_key();
    CHECK(book.is_known_from(1, home, kNow));
    CHECK_FALSE(book.is_known_from(1, other, kNow));
    CHECK_FALSE(book.is_known_from(3, home, kNow));
    CHECK_FALSE(book.is_known_from(1, home, kNow + kSessionIdle));
    CHECK_FALSE(network_in("somewhere"));
    CHECK_FALSE(network_in(""));
    CHECK_FALSE(network_in("unix:/run/x"));
}

TEST_CASE("the database hears of a use once an hour") {
    AccountBook book = book_of(household());
    CHECK(book.take_uses().empty());
    book.find("annas", kNow + AccountBook::kUseInterval - 1);
    CHECK(book.take_uses().empty());
    book.find("annas", kNow + AccountBook::kUseInterval);
    CHECK(book.take_uses() == std::vector<SessionNumber>{10});
    CHECK(book.take_uses().empty());
}
