#include "services/forward_messages.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/channel.hh"

using namespace waymark::tracker;

namespace {

FixToSend tested_fix(std::int64_t sequence, std::size_t extras = 0) {
    FixToSend fix;
    fix.fix.device = 7;
    fix.fix.time_ms = 1'768'478'399'123;
    fix.fix.latitude_e7 = -5;
    fix.fix.longitude_e7 = 6;
    fix.fix.speed_mps = 1.5F;
    fix.fix.extras = std::string(extras, 'x');
    fix.called = "van";
    fix.place = place_of(fix.fix, sequence, 12);
    return fix;
}

}  // namespace

TEST_CASE("what the caller says comes as it was said, with progress and without") {
    const FixPlace place{9, 8, 7, -6, 5, 10};
    const Forwarded said{"http://there", Forwarding::Progress{place, 4, 3, "no"}, true};
    Forwarded heard;
    REQUIRE(read(write(said), heard));
    CHECK(heard.destination == "http://there");
    CHECK(heard.wants_next);
    CHECK_FALSE(heard.goes_on);
    REQUIRE(heard.progress);
    CHECK(heard.progress->place == place);
    CHECK(heard.progress->sent == 4);
    CHECK(heard.progress->refused == 3);
    CHECK(heard.progress->refusal == "no");
    REQUIRE(read(write({"http://there", std::nullopt, false}), heard));
    CHECK_FALSE(heard.progress);
    CHECK_FALSE(heard.wants_next);
    REQUIRE(read(write({"http://there", std::nullopt, false, true}), heard));
    CHECK(heard.goes_on);
}

TEST_CASE("what the store hands out comes whole") {
    ToForward said{"http://there", {tested_fix(3), tested_fix(4)}, 55, {}};
    said.state.sent = 10;
    said.state.refused = 2;
    said.state.last_refusal = "van: 403";
    said.state.last_refusal_ms = 99;
    ToForward heard;
    REQUIRE(read(write(said), heard));
    CHECK(heard.destination == "http://there");
    CHECK(heard.waiting == 55);
    CHECK(heard.state.sent == 10);
    CHECK(heard.state.refused == 2);
    CHECK(heard.state.last_refusal == "van: 403");
    CHECK(heard.state.last_refusal_ms == 99);
    REQUIRE(heard.fixes.size() == 2);
    CHECK(heard.fixes[1].place == said.fixes[1].place);
    CHECK(heard.fixes[1].fix.speed_mps == 1.5F);
    CHECK(heard.fixes[1].called == "van");
}

TEST_CASE("of fixes that do not fit into one message the first ones go") {
    ToForward said;
    for (int i = 0; i < 200; ++i) said.fixes.push_back(tested_fix(i, 4096));
    const std::string message = write(said);
    CHECK(message.size() <= waymark::daemon::Channel::kMaxMessage);
    ToForward heard;
    REQUIRE(read(message, heard));
    REQUIRE(heard.fixes.size() > 10);
    CHECK(heard.fixes.size() < 200);
    CHECK(heard.fixes.back().place.sequence == static_cast<std::int64_t>(heard.fixes.size()) - 1);
}

TEST_CASE("a message that is cut, or has something left over, is none") {
    const std::string said[] = {
        write(Forwarded{"http://there", Forwarding::Progress{{9, 8, 7, -6, 5}, 4, 3, "no"}, true}),
        write(ToForward{"http://there", {tested_fix(3)}, 55, {}})};
    Forwarded forwarded;
    ToForward to_forward;
    // Without what follows it, a message without progress or fixes is whole.
    const std::size_t whole[] = {write(Forwarded{"http://there", {}, true}).size(),
                                 write(ToForward{"http://there", {}, 55, {}}).size()};
    for (std::size_t size = 0; size < said[0].size(); ++size)
        CHECK(read(said[0].substr(0, size), forwarded) == (size == whole[0]));
    for (std::size_t size = 0; size < said[1].size(); ++size)
        CHECK(read(said[1].substr(0, size), to_forward) == (size == whole[1]));
    CHECK_FALSE(read(said[0] + 'x', forwarded));
    CHECK_FALSE(read(said[1] + 'x', to_forward));
}
