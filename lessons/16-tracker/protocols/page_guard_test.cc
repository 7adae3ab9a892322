#include "protocols/page_guard.hh"

#include <doctest/doctest.h>

#include "protocols/tested_phone.hh"

using namespace waymark::tracker;

namespace {

const std::string kTarget = "/?id=48241179&lat=48&lon=11";

}  // namespace

TEST_CASE("a page of anywhere writes no position, whatever it calls itself") {
    const std::pair<std::string, std::string> tells[] = {
        {"Origin", "https://example.org"},
        {"Origin", "null"},
        {"origin", "http://127.0.0.1:5055"},
        {"Sec-Fetch-Site", "cross-site"},
        {"sec-fetch-site", "same-site"},
        {"Sec-Fetch-Site", "same-origin"},
        {"Sec-Fetch-Site", ""},
        {"Referer", "http://rebound.example:5055/"},
    };
    for (const auto& tell : tells)
        for (const std::string method : {"GET", "POST"}) {
            INFO(method, " ", tell.first, ": ", tell.second);
            const Decoded decoded = decode_tested({kTarget, "", {{"Accept", "*/*"}, tell}, method});
            CHECK(decoded.status == 403);
            CHECK(decoded.error == "from_a_page");
            CHECK(decoded.empty());
        }
}

TEST_CASE("phones, their proxies and a person who types the address are heard") {
    const std::vector<std::pair<std::string, std::string>> heads[] = {
        {},
        {{"Host", "track.example.org"}, {"User-Agent", "TraccarClient/8"}},
        {{"Host", "192.168.1.5:5055"}, {"X-Forwarded-For", "192.0.2.1"}, {"Via", "1.1 proxy"}},
        {{"Sec-Fetch-Site", "none"}, {"User-Agent", "Mozilla/5.0"}},
    };
    for (const auto& head : heads)
        CHECK(decode_tested({kTarget, "", head, "GET"}).fixes.size() == 1);
}

TEST_CASE("methods other than GET, POST and PUT store nothing") {
    for (const std::string method :
         {"OPTIONS", "TRACE", "HEAD", "DELETE", "PATCH", "FOO", "get", "POSTX"}) {
        INFO(method);
        const Decoded decoded = decode_tested({kTarget, "", {}, method});
        CHECK(decoded.status == 405);
        CHECK(decoded.empty());
    }
}
