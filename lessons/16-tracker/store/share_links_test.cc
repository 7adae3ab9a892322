#include "store/share_links.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "daemon/error.hh"
#include "store/accounts.hh"
#include "store/database_under_test.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000, kHour = 3'600'000;

struct ShareStore {
    DatabaseUnderTest database;
    Connection connection = open_for_writing(database.location());
    ShareLinks links{connection};

    ShareStore() { Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, 0); }
};

ShareLink past(DeviceNumber device, const std::string& secret) {
    ShareLink link;
    link.device = device;
    link.by_name = "somebody";
    link.made_ms = kNow;
    link.secret = hash_token(secret);
    link.name = "Anna";
    link.from_ms = kNow - 5 * kHour;
    link.to_ms = kNow - kHour;
    link.ends_ms = kNow + kHour;
    return link;
}

ShareLink live_until(UnixMillis ends) {
    ShareLink link = past(1, "live");
    link.is_live = true;
    link.from_ms = kNow;
    link.to_ms = link.ends_ms = ends;
    return link;
}

}  // namespace

TEST_CASE("a link is kept as it was made, with the hash of its secret only") {
    ShareStore sharing;
    ShareLink made = past(2, "a secret of this link");
    made.with_battery = true;
    const ShareNumber number = sharing.links.add(made);
    REQUIRE(sharing.links.list().size() == 1);
    const ShareLink kept = sharing.links.list()[0];
    CHECK(kept.number == number);
    CHECK(kept.device == 2);
    CHECK(kept.name == "Anna");
    CHECK(kept.secret == hash_token("a secret of this link"));
    CHECK(kept.from_ms == made.from_ms);
    CHECK(kept.to_ms == made.to_ms);
    CHECK(kept.with_battery);
    CHECK_FALSE(kept.is_live);
    CHECK_FALSE(kept.looked_ms);
    CHECK(sharing.connection.text("SELECT secret_hash FROM share_link").find("secret") ==
          std::string::npos);
    CHECK(sharing.links.about(number) == "Anna, boat");
}

TEST_CASE("a link is open until its end, and until somebody ends it") {
    ShareStore sharing;
    const ShareNumber number = sharing.links.add(past(1, "x"));
    const auto is_open = [&](UnixMillis now) { return sharing.links.list()[0].is_open(now); };
    CHECK(is_open(kNow));
    CHECK(is_open(kNow + kHour - 1));
    CHECK_FALSE(is_open(kNow + kHour));
    sharing.links.end(number, kNow + 5);
    CHECK_FALSE(is_open(kNow + 5));
    // Nor when the clock is set back to before that.
    CHECK_FALSE(is_open(kNow + 4));
    CHECK_FALSE(is_open(0));
    CHECK(sharing.links.list()[0].ends_ms == kNow + 5);
    sharing.links.end(number, kNow + 50);  // the first end stays
    sharing.links.end(number, kNow + 2);
    CHECK(sharing.links.list()[0].ends_ms == kNow + 5);
    CHECK_FALSE(is_open(kNow));
    CHECK_THROWS_AS(sharing.links.end(number + 1, kNow), UsageError);
}

TEST_CASE("a link ends with the right of who made it, and goes with the account") {
    ShareStore sharing;
    Accounts accounts(sharing.connection);
    accounts.add("owner", Role::admin, "hash", kNow);
    const UserNumber ben = accounts.add("Ben", Role::member, "hash", kNow);
    ShareLink link = past(1, "x");
    link.by = ben;
    sharing.links.add(link);
    const auto is_open = [&] { return sharing.links.list()[0].is_open(kNow); };
    CHECK_FALSE(is_open());
    accounts.set_grants(ben, {{1, false}});
    CHECK_FALSE(is_open());
    accounts.set_grants(ben, {{2, true}});
    CHECK_FALSE(is_open());
    accounts.set_grants(ben, {{1, true}});
    CHECK(is_open());
    accounts.set_grants(ben, {});
    accounts.set_role(ben, Role::admin);
    CHECK(is_open());
    accounts.set_role(ben, Role::member);
    accounts.remove(ben);
    CHECK(sharing.links.list().empty());
}

TEST_CASE("a device that is removed takes its links along") {
    ShareStore sharing;
    sharing.links.add(past(1, "x"));
    sharing.links.add(past(2, "y"));
    DeviceEdits(sharing.connection).begin_removal(1, kNow);
    REQUIRE(sharing.links.list().size() == 1);
    CHECK(sharing.links.list()[0].device == 2);
    CHECK_THROWS_AS(sharing.links.add(past(1, "z")), UsageError);
    CHECK_THROWS_AS(sharing.links.add(past(99, "z")), UsageError);
}

TEST_CASE("what a person must correct is said, and what is at the bound is taken") {
    struct {
        const char* what;
        ShareLink link;
        bool is_taken;
    } cases[] = {
        {"31 days", live_until(kNow + kLongestShare), true},
        {"longer", live_until(kNow + kLongestShare + 1), false},
        {"over", live_until(kNow), false},
        {"a moment", live_until(kNow + 1), true},
        {"live, from later", live_until(kNow + kHour), false},
        {"live, with the track so far", live_until(kNow + kHour), true},
        {"live, another end than the link", live_until(kNow + kHour), false},
        {"past, until now", past(1, "x"), true},
        {"past, not over", past(1, "x"), false},
        {"past, empty", past(1, "x"), false},
        {"before all time", past(1, "x"), false},
        {"no name", past(1, "x"), false},
        {"a line in the name", past(1, "x"), false},
    };
    cases[4].link.from_ms = kNow + 1;
    cases[5].link.from_ms = 0;
    cases[6].link.to_ms -= 1;
    cases[7].link.to_ms = kNow;
    cases[8].link.to_ms = kNow + 1;
    cases[9].link.to_ms = cases[9].link.from_ms;
    cases[10].link.from_ms = -1;
    cases[11].link.name = "";
    cases[12].link.name = "a\nb";
    for (const auto& one : cases) {
        CAPTURE(one.what);
        if (one.is_taken)
            CHECK_NOTHROW(check_share(one.link, kNow));
        else
            CHECK_THROWS_AS(check_share(one.link, kNow), UsageError);
    }
}

TEST_CASE("a name has nothing that a terminal or a page would obey") {
    for (const char* const name : {"a\nb", "a\x1b[2J", "a\x7f",
                                   "a\xC2\x9B"
                                   "2J",
                                   "a\xC2\x80",
                                   "a\xE2\x80\xA8"
                                   "b",
                                   "\xE2\x80\xAE"
                                   "abc",
                                   "\xE2\x81\xA6"
                                   "abc",
                                   "a\xFF"}) {
        CHECK_THROWS_AS(check_share_name(name), UsageError);
        CHECK_THROWS_AS(check_device_name(name), UsageError);
    }
    // The controls: their neighbours, and what is made of several characters.
    for (const char* const name :
         {"\xC2\xA1Hola!", "Zo\xC3\xAB", "5 \xE2\x82\xAC", "\xE2\x80\x93 van", "\xE2\x81\xAF",
          "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", "\xE2\x9D\xA4\xEF\xB8\x8F"}) {
        CHECK_NOTHROW(check_share_name(name));
        CHECK_NOTHROW(check_device_name(name));
    }
}

TEST_CASE("a person has so many links and no more, and those that have ended make room") {
    ShareStore sharing;
    Accounts accounts(sharing.connection);
    const UserNumber anna = accounts.add("Anna", Role::admin, "hash", kNow);
    const UserNumber ben = accounts.add("Ben", Role::admin, "hash", kNow);
    int made = 0;
    const auto add = [&](UserNumber by) {
        ShareLink link = past(1, std::to_string(++made));
        link.by = by;
        return sharing.links.add(link);
    };
    const ShareNumber first = add(ben), second = add(ben);
    for (std::int64_t i = 2; i < ShareLinks::kMostOfOne; ++i) add(ben);
    CHECK_THROWS_AS(add(ben), UsageError);
    // In nobody else's way, and not in his own once he has ended one.
    CHECK_NOTHROW(add(anna));
    CHECK_NOTHROW(add(0));
    sharing.links.end(second, kNow);
    CHECK_NOTHROW(add(ben));
    CHECK_THROWS_AS(add(ben), UsageError);
    const std::vector<ShareLink> all = sharing.links.list();
    CHECK(all.size() == static_cast<std::size_t>(ShareLinks::kMostOfOne) + 2);
    CHECK(all.back().number == first);
    CHECK(std::ranges::none_of(all, [&](const auto& link) { return link.number == second; }));
}

TEST_CASE("links that ended long ago are forgotten when another one is made") {
    ShareStore sharing;
    sharing.links.add(past(1, "old"));
    sharing.links.end(sharing.links.add(past(1, "revoked")), kNow + 5);
    ShareLink next = past(1, "next");
    sharing.links.add(next);
    CHECK(sharing.links.list().size() == 3);  // the one that was revoked, too
    ShareLink later = past(1, "later");
    later.made_ms = kNow + kHour + ShareLinks::kKeptAfterEnd;
    later.ends_ms = later.made_ms + 1;
    sharing.links.add(later);
    REQUIRE(sharing.links.list().size() == 1);
    CHECK(sharing.links.list()[0].secret == hash_token("later"));
}

TEST_CASE("when it was last looked at does not go back") {
    ShareStore sharing;
    const ShareNumber number = sharing.links.add(past(1, "x"));
    sharing.links.note_look(number, kNow + 9);
    sharing.links.note_look(number, kNow + 3);
    CHECK(sharing.links.list()[0].looked_ms == kNow + 9);
}
