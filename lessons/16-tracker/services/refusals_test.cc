#include "services/refusals.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/log_under_test.hh"
#include "protocols/tested_phone.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;
using nlohmann::json;

namespace {

net::Address peer(const std::string& address) {
    return *net::Address::parse_ip(address, 40000);
}

const net::Address kPeer = peer("192.0.2.7");

struct Noted {
    LogFolder folder;
    Log log{to_file(folder)};
    Refusals refusals{log};

    void say(const TestedRequest& request, UnixMillis now = kTestedNow,
             const net::Address& from = kPeer) {
        refusals.note(decode_tested(request), from, now);
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
    CHECK(noted.lines().size() == Refusals::kLinesOfOneNetwork);
    CHECK(noted.list().size() == Refusals::kMost);
    CHECK(noted.list(3).size() == 3);
    CHECK(noted.list()[0]["who"] == "guess-999");
    noted.say({"/?id=another", "", {}}, kTestedNow + 61'000);
    CHECK(noted.lines().back().find("(996 others were not logged)") != std::string::npos);
    CHECK(noted.refusals.refused() == 1001);
}

TEST_CASE("whoever guesses, a mistyped phone of another network is in the list, and in the log") {
    Noted noted;
    const auto guess = [&](const std::string& network, int tries) {
        for (int i = 0; i < tries; ++i)
            noted.say({"/?id=guess-" + std::to_string(i), "", {}}, kTestedNow, peer(network));
    };
    const auto has_phone = [&](const auto& texts) {
        return std::any_of(texts.begin(), texts.end(), [](const auto& each) {
            return json(each).dump().find("my-phn2") != std::string::npos;
        });
    };
    guess("198.51.100.1", 12);
    noted.say({"/?id=my-phn2", "", {}});
    for (int i = 2; i < 5; ++i) guess("198.51.100." + std::to_string(i), 90);
    CHECK(has_phone(noted.list()));
    CHECK(has_phone(noted.lines()));
    // From many networks at once no line is left in this minute. The phone comes again.
    Noted other;
    for (int i = 0; i < 60; ++i)
        other.say({"/?id=guess", "", {}}, kTestedNow, peer("203.0.113." + std::to_string(i)));
    CHECK(other.lines().size() == Refusals::kLinesPerMinute);
    other.say({"/?id=my-phn2", "", {}});
    CHECK_FALSE(has_phone(other.lines()));
    CHECK(has_phone(other.list()));
    other.say({"/?id=my-phn2", "", {}}, kTestedNow + 61'000);
    CHECK(has_phone(other.lines()));
}

TEST_CASE("a known device that is refused is named, and what was no message is noted as well") {
    Noted noted;
    noted.say({"/?id=48241179&lat=abc&lon=11", "", {}});
    CHECK(noted.list()[0]["device"] == 1);
    Decoded held_back = decode_tested({"/?id=48241179&lat=48&lon=11", "", {}});
    held_back.refuse(503, "too_many_guesses", "");
    noted.refusals.note(held_back, kPeer, kTestedNow);
    CHECK(noted.list()[0]["device"] == 1);
    noted.refusals.note_unread(400, "TLS (https) where http is served", kPeer, kTestedNow);
    CHECK(message_of(noted.lines().back()) ==
          "warning: a message from 192.0.2.7 is refused: TLS (https) where http is served");
    CHECK(noted.list()[0]["status"] == 400);
    noted.refusals.note_unread(0, "not on the access list", peer("192.0.2.8"), kTestedNow);
    CHECK(message_of(noted.lines().back()) ==
          "warning: a client from 192.0.2.8 is refused: not on the access list");
    CHECK(noted.list()[0]["address"] == "192.0.2.8");
}

TEST_CASE("a name is given in full to be added, unless it is no identifier or may be a token") {
    CHECK(name_to_add("my-phne", false) == "my-phne");
    CHECK(name_to_add("alice/phone-of-mine", false) == "alice/phone-of-mine");
    CHECK(name_to_add("89490200001234567890", false) == "89490200001234567890");
    CHECK(name_to_add("\xC3\xBC <img onerror=x>", false) == "\xC3\xBC <img onerror=x>");
    CHECK(name_to_add(std::string(128, 'x'), false).size() == 128);
    std::string mistyped(kTestedToken);
    mistyped.back() = '1';
    for (const std::string& hidden :
         {std::string("tok-van\n"), std::string(129, 'x'), std::string(), std::string(" x"),
          std::string("x "), std::string("x\x7f"), std::string("\xff"), mistyped,
          mistyped.substr(1), mistyped + "x"})
        CHECK(name_to_add(hidden, false).empty());
    CHECK(name_to_add("tok-van", true).empty());
}
