#include "services/refusals.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/log_under_test.hh"
#include "protocols/tested_phone.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;
using nlohmann::json;

namespace {

const net::Address kPeer = *net::Address::parse_ip("192.0.2.7", 40000);

struct Noted {
    LogFolder folder;
    Log log{to_file(folder)};
    Refusals refusals{log};

    void say(const TestedRequest& request, UnixMillis now = kTestedNow) {
        refusals.note(decode_tested(request), kPeer, now);
    }
    json list(std::size_t most = Refusals::kMost) const {
        return json::parse(refusals.to_json(most));
    }
    std::vector<std::string> lines() const { return lines_of(folder.file()); }
};

}  // namespace

TEST_CASE("a refused phone is in the log and in the list with reason, name and address") {
    Noted noted;
    noted.say({"/?id=my-phne&lat=48&lon=11", "", {}});
    REQUIRE(noted.lines().size() == 1);
    CHECK(message_of(noted.lines()[0]) ==
          "warning: my-phne from 192.0.2.7 is refused: unknown_device");
    CHECK(noted.list() == json{{{"time", kTestedNow},
                                {"count", 1},
                                {"status", 403},
                                {"reason", "unknown_device"},
                                {"field", ""},
                                {"who", "my-phne"},
                                {"device", 0},
                                {"address", "192.0.2.7"}}});
    noted.say({"/?id=48241179&lat=48,1&lon=11", "", {}});
    CHECK(message_of(noted.lines()[1]) ==
          "warning: device 1 from 192.0.2.7 is refused: bad_number in lat");
    noted.say({"/?id=48241179&lat=95&lon=11", "", {}});
    CHECK(message_of(noted.lines()[2]) ==
          "warning: device 1 from 192.0.2.7 is in quarantine: lat_out_of_range");
    CHECK(noted.list()[0]["device"] == 1);
    CHECK(noted.refusals.refused() == 2);
    CHECK(noted.refusals.quarantined() == 1);
}

TEST_CASE("what is stored leaves no trace here") {
    Noted noted;
    noted.say({"/?id=48241179&lat=48&lon=11", "", {}});
    noted.say({"/?id=48241179", "", {}});
    CHECK(noted.lines().empty());
    CHECK(noted.list().empty());
}

TEST_CASE("a name that may be a mistyped token is not shown, in log or list") {
    const std::string token(kTestedToken);
    std::string mistyped = token;
    mistyped.back() = '1';
    for (const TestedRequest& request :
         {TestedRequest{"/osmand/" + mistyped + "?lat=1&lon=2", "", {}},
          TestedRequest{"/osmand?token=" + mistyped, "", {}},
          TestedRequest{"/?token=" + mistyped, "", {}}, TestedRequest{"/?id=" + mistyped, "", {}},
          TestedRequest{"/", R"({"device_id":")" + mistyped + "\"}", {}}}) {
        INFO(request.target);
        Noted noted;
        noted.say(request);
        REQUIRE(noted.lines().size() == 1);
        CHECK(noted.lines()[0].find("Q7xk... (22 characters) from") != std::string::npos);
        CHECK(noted.lines()[0].find("Q7xk2") == std::string::npos);
        CHECK(noted.list().dump().find("Q7xk2") == std::string::npos);
    }
}

TEST_CASE("names are shown as printable text of a bounded length, and short tokens hardly") {
    CHECK(shown_name("my-phone", false) == "my-phone");
    CHECK(shown_name("490154203237518", false) == "490154203237518");
    CHECK(shown_name("89490200001234567890", false) == "89490200001234567890");
    CHECK(shown_name(std::string(100, '7'), false) == std::string(40, '7') + "...");
    CHECK(shown_name("a\nb\x1b\xc3\xa9", false) == "a?b???");
    CHECK(shown_name("tok-van", true) == "t... (7 characters)");
    CHECK(shown_name("ab", true) == "... (2 characters)");
}

TEST_CASE("the same case again is one line and is counted, until it has been quiet for long") {
    Noted noted;
    for (int i = 0; i < 100; ++i) noted.say({"/?id=my-phne", "", {}}, kTestedNow + i * 1000);
    CHECK(noted.lines().size() == 1);
    REQUIRE(noted.list().size() == 1);
    CHECK(noted.list()[0]["count"] == 100);
    CHECK(noted.list()[0]["time"] == kTestedNow + 99'000);
    noted.say({"/?id=my-phne", "", {}}, kTestedNow + Refusals::kQuiet);
    CHECK(noted.lines().size() == 2);
}

TEST_CASE("many strangers are a few lines, and the list keeps the newest") {
    Noted noted;
    for (int i = 0; i < 1000; ++i)
        noted.say({"/?id=guess-" + std::to_string(i), "", {}}, kTestedNow + i);
    CHECK(noted.lines().size() == Refusals::kLinesPerMinute);
    CHECK(noted.list().size() == Refusals::kMost);
    CHECK(noted.list(3).size() == 3);
    CHECK(noted.list()[0]["who"] == "guess-999");
    noted.say({"/?id=another", "", {}}, kTestedNow + 61'000);
    CHECK(noted.lines().back().find("(990 others were not logged)") != std::string::npos);
    CHECK(noted.refusals.refused() == 1001);
}
