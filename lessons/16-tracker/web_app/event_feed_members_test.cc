// What of the feed reaches a member, who may not see every device.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "web_app/event_feed.hh"

using namespace waymark::tracker;
using Read = EventFeed::Read;

namespace {

constexpr UnixMillis kMembersNow = 10'000'000;
constexpr std::size_t kMembersAll = std::size_t{1} << 20;

Fix fix_of(DeviceNumber device, UnixMillis time_ms) {
    Fix fix;
    fix.device = device;
    fix.time_ms = time_ms;
    return fix;
}

Viewer member_who_sees(std::vector<DeviceGrant> grants) {
    return {2, "bob", Role::member,
            std::make_shared<const std::vector<DeviceGrant>>(std::move(grants))};
}

}  // namespace

TEST_CASE("a member gets the rows of devices that he may see, and of others not even a number") {
    EventFeed feed("e");
    feed.add({6, {}}, kMembersNow);
    const Viewer member = member_who_sees({{2}, {3}});
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    feed.add({7, {fix_of(1, 1000), fix_of(2, 2000), fix_of(3, 3000), fix_of(4, 4000)}},
             kMembersNow);
    std::string out;
    CHECK(feed.read(cursor, member, out, kMembersAll) == Read::events);
    CHECK(out ==
          "id: e-7-1\nevent: fixes\ndata: [[2,2000,0.0000000,0.0000000,null,null,null,null,null],"
          "[3,3000,0.0000000,0.0000000,null,null,null,null,null]]\n\n");
    std::string newest;
    feed.write_newest(member, newest);
    CHECK(newest.find("[2,2000,") != newest.npos);
    CHECK(newest.find("[3,3000,") != newest.npos);
    CHECK(newest.find("[1,1000,") == newest.npos);
    CHECK(newest.find("[4,4000,") == newest.npos);
}

TEST_CASE("where a member may see nothing, the place goes on all the same") {
    EventFeed feed("e");
    feed.add({6, {}}, kMembersNow);
    const Viewer member = member_who_sees({{9}});
    EventFeed::Cursor cursor = feed.cursor_at(feed.newest());
    for (std::uint64_t sequence = 7; sequence < 10; ++sequence)
        feed.add({sequence, {fix_of(1, 5)}}, kMembersNow);
    std::string out;
    CHECK(feed.read(cursor, member, out, kMembersAll) == Read::events);
    CHECK(out == "id: e-9-1\n\n");
    CHECK(feed.read(cursor, member, out, kMembersAll) == Read::nothing);
    std::string newest;
    feed.write_newest(member, newest);
    CHECK(newest.empty());
}
