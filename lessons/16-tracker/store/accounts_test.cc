#include "store/accounts.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

constexpr std::string_view kHash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA";

struct OpenedAccounts {
    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Accounts accounts{connection};
    UserNumber anna = accounts.add("Anna", Role::admin, kHash, 7);
    UserNumber ben = accounts.add("Ben", Role::member, "", 8);
};

// What the refusal says.
template <typename Action>
std::string account_refusal(const Action& action) {
    try {
        action();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("an account is listed as it was added") {
    OpenedAccounts opened;
    const std::vector<Account> list = opened.accounts.list();
    REQUIRE(list.size() == 2);
    CHECK(list[0].name == "Anna");
    CHECK(list[0].role == Role::admin);
    CHECK(list[0].password_hash == kHash);
    CHECK(list[0].created_ms == 7);
    CHECK(list[1].number == opened.ben);
    CHECK(list[1].password_hash.empty());
    CHECK_FALSE(list[1].link);
}

TEST_CASE("a new database has no account") {
    const DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    Accounts accounts(connection);
    CHECK_FALSE(accounts.are_there());
    accounts.add("Anna", Role::admin, kHash, 0);
    CHECK(accounts.are_there());
}

TEST_CASE("a name belongs to one person, however its letters are written") {
    OpenedAccounts opened;
    CHECK(account_refusal([&] { opened.accounts.add("anna", Role::member, "", 0); }) ==
          "there is somebody called Anna already: choose another name");
    CHECK(opened.accounts.number_of("ANNA") == opened.anna);
    CHECK(opened.accounts.name_of(opened.anna) == "Anna");
    CHECK(folded_name("ANna Ü") == "anna Ü");
}

TEST_CASE("there is no end to people, but to accounts") {
    OpenedAccounts opened;
    Transaction transaction(opened.connection);
    for (std::int64_t i = 2; i < Accounts::kMost; ++i)
        opened.accounts.add("p" + std::to_string(i), Role::member, "", 0);
    CHECK_THROWS_AS(opened.accounts.add("one more", Role::member, "", 0), UsageError);
}

TEST_CASE("the last admin who can log in is neither removed nor made a member") {
    OpenedAccounts opened;
    constexpr auto kRule =
        "Anna is the last admin who can log in: make somebody else an admin first";
    // Ben is an admin, but has no password yet.
    opened.accounts.set_role(opened.ben, Role::admin);
    CHECK(account_refusal([&] { opened.accounts.remove(opened.anna); }) == kRule);
    CHECK(account_refusal([&] { opened.accounts.set_role(opened.anna, Role::member); }) == kRule);
    CHECK(opened.accounts.list().size() == 2);

    opened.accounts.set_password(opened.ben, kHash);
    opened.accounts.set_role(opened.anna, Role::member);
    opened.accounts.remove(opened.anna);
    CHECK(opened.accounts.list().size() == 1);
}

TEST_CASE("a link is used once, before its time is over, and sets the password") {
    OpenedAccounts opened;
    const TokenHash link = hash_token("link");
    opened.accounts.set_link(opened.ben, link, 100);
    CHECK(opened.accounts.list()[1].link == link);
    CHECK_THROWS_AS(opened.accounts.redeem(hash_token("other"), kHash, 50), UsageError);
    CHECK_THROWS_AS(opened.accounts.redeem(link, kHash, 100), UsageError);
    CHECK(opened.accounts.list()[1].password_hash.empty());
    CHECK(opened.accounts.redeem(link, kHash, 99) == opened.ben);
    CHECK(opened.accounts.list()[1].password_hash == kHash);
    CHECK_THROWS_AS(opened.accounts.redeem(link, kHash, 50), UsageError);
}

TEST_CASE("a newer link takes the place of an older one, and a new password closes it") {
    OpenedAccounts opened;
    opened.accounts.set_link(opened.ben, hash_token("first"), 100);
    opened.accounts.set_link(opened.ben, hash_token("second"), 100);
    CHECK_THROWS_AS(opened.accounts.redeem(hash_token("first"), kHash, 0), UsageError);
    opened.accounts.set_password(opened.ben, kHash);
    CHECK_THROWS_AS(opened.accounts.redeem(hash_token("second"), kHash, 0), UsageError);
}

TEST_CASE("who may see what is set whole, and goes with the device and with the person") {
    OpenedAccounts opened;
    Devices devices(opened.connection);
    devices.add({{"van", {}, {}, {}}, {"bike", {}, {}, {}}}, 0);
    const DeviceNumber van = devices.number_of("van");
    const DeviceNumber bike = devices.number_of("bike");
    opened.accounts.set_grants(opened.ben, {{van, false}, {bike, true}});
    CHECK(opened.accounts.list()[1].grants == std::vector<DeviceGrant>{{van, false}, {bike, true}});
    CHECK(opened.accounts.list()[0].grants.empty());
    devices.remove("van", 0);
    CHECK(opened.accounts.list()[1].grants == std::vector<DeviceGrant>{{bike, true}});
    opened.accounts.set_grants(opened.ben, {});
    CHECK(opened.accounts.list()[1].grants.empty());
    CHECK_THROWS_AS(opened.accounts.set_grants(opened.ben, {{van, false}}), UsageError);
}

TEST_CASE("what is not there is said to be gone") {
    OpenedAccounts opened;
    CHECK_THROWS_AS(opened.accounts.remove(99), UsageError);
    CHECK_THROWS_AS(opened.accounts.set_role(99, Role::admin), UsageError);
    CHECK_THROWS_AS(opened.accounts.set_password(99, kHash), UsageError);
    CHECK_THROWS_AS(opened.accounts.set_link(99, hash_token("x"), 1), UsageError);
    CHECK_THROWS_AS(opened.accounts.set_grants(99, {}), UsageError);
    CHECK(account_refusal([&] { opened.accounts.number_of("Eve"); }) ==
          "nobody here is called Eve: 'tracker user list' shows all");
}

TEST_CASE("names that nobody can tell apart are refused") {
    for (const char* name : {"Anna", "Jörg", "ليلى", "小明", "🚲🚲", "O'Brien <b>", "A B C"})
        CHECK(account_refusal([&] { check_user_name(name); }) == "");
    for (const std::string& name : {std::string(),
                                    std::string(65, 'a'),
                                    std::string(" Anna"),
                                    std::string("Anna "),
                                    std::string("An\nna"),
                                    std::string("An\x7Fna"),
                                    std::string("An\0na", 5),
                                    std::string("An\xFFna"),
                                    std::string("Anna\u200B"),
                                    std::string("\u202EannA"),
                                    std::string("Anna\uFEFF"),
                                    std::string("An\u00ADna"),
                                    std::string("An\u0085na"),
                                    std::string("Anna\U000E0041"),
                                    std::string("Anna\u034F"),
                                    std::string("\u3164"),
                                    std::string("An\u00A0na"),
                                    std::string("An  na"),
                                    std::string("Anna\uFE0F"),
                                    std::string("\u2800"),
                                    std::string("An\u2003na"),
                                    std::string("Anna\u17B4"),
                                    std::string("Anna\u180B"),
                                    std::string("Anna\U000E0100"),
                                    std::string("\U000110CD"),
                                    std::string("Anna\uFFA0"),
                                    std::string("An\u3000na")})
        CHECK(account_refusal([&] { check_user_name(name); }) != "");
}

TEST_CASE("passwords that are tried first are refused, and length is what counts") {
    for (const char* password :
         {"vier-Wörter", "correct horse", "aaaa bbbb cccc", "ééééèèèè12", "p a s s w o"})
        CHECK(account_refusal([&] { check_password(password, "Anna"); }) == "");
    for (const std::string& password :
         {std::string(), std::string("short"), std::string("ninechars"), std::string("éééééèèèa"),
          std::string("aaaaaaaaaaaa"), std::string("121212121212"), std::string("1234567890"),
          std::string("Password123"), std::string(257, 'x') + "yz", std::string("not utf-8 \xFF")})
        CHECK(account_refusal([&] { check_password(password, "Anna"); }) != "");
    CHECK(account_refusal([&] { check_password("Anna Karenina", "anna karenina"); }) ==
          "the password is the name");
}

TEST_CASE("roles have words") {
    CHECK(to_text(Role::admin) == "admin");
    CHECK(to_text(Role::member) == "member");
    CHECK(parse_role("admin") == Role::admin);
    CHECK(parse_role("member") == Role::member);
    CHECK_FALSE(parse_role("Admin"));
    CHECK_FALSE(parse_role(""));
}
