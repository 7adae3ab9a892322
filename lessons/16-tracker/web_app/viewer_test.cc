#include "web_app/viewer.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;

TEST_CASE("an admin sees and changes every device, also one that is added later") {
    const Viewer admin{1, "ada", Role::admin, {}};
    CHECK(admin.may_see(1));
    CHECK(admin.may_see(4'000'000'000));
    CHECK(admin.may_change(7));
}

TEST_CASE("a member sees what was granted, and changes what was granted to be changed") {
    const auto grants =
        std::make_shared<const std::vector<DeviceGrant>>(std::vector<DeviceGrant>{{2}, {5, true}});
    const Viewer member{2, "bob", Role::member, grants};
    CHECK(member.may_see(2));
    CHECK_FALSE(member.may_change(2));
    CHECK(member.may_see(5));
    CHECK(member.may_change(5));
    for (const DeviceNumber other : {0U, 1U, 3U, 6U}) {
        CHECK_FALSE(member.may_see(other));
        CHECK_FALSE(member.may_change(other));
    }
}

TEST_CASE("a member without grants sees nothing, and so does who is nobody in particular") {
    CHECK_FALSE(Viewer{3, "eve", Role::member, {}}.may_see(1));
    CHECK_FALSE(Viewer{}.may_see(0));
    CHECK_FALSE(Viewer{}.is_admin());
}
