#include "services/web_hook_networks.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/error.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

net::Address ip(const char* text) {
    const auto address = net::Address::parse_ip(text, 80);
    REQUIRE_MESSAGE(address.has_value(), text);
    return *address;
}

WebHookNetworks networks(const std::vector<std::string>& words) {
    return WebHookNetworks(words);
}

}  // namespace

TEST_CASE("what is not on the internet is told from what is") {
    for (const char* text : {"0.0.0.0",
                             "0.1.2.3",
                             "10.1.2.3",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.0.1",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.8",
                             "192.0.2.1",
                             "192.88.99.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.7",
                             "203.0.113.9",
                             "224.0.0.1",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::ffff:169.254.169.254",
                             "::7f00:1",
                             "64:ff9b::a00:1",
                             "64:ff9b:1::1",
                             "100::1",
                             "2001::1",
                             "2001:db8::1",
                             "2002:a00:1::1",
                             "2002:7f00:1::",
                             "3fff::1",
                             "fc00::1",
                             "fd12:3456::1",
                             "fe80::1",
                             "fec0::1",
                             "ff02::1"}) {
        CAPTURE(text);
        CHECK_FALSE(is_on_the_internet(ip(text)));
    }
    for (const char* text :
         {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.0.1", "100.128.0.1", "126.0.0.1",
          "128.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "198.20.0.1", "223.255.255.1",
          "::ffff:1.1.1.1", "2606:4700::1111", "2a00::1", "2001:200::1"}) {
        CAPTURE(text);
        CHECK(is_on_the_internet(ip(text)));
    }
    CHECK_FALSE(is_on_the_internet(net::Address::parse("unix:/run/x")));
    CHECK_FALSE(is_on_the_internet(net::Address()));
}

TEST_CASE("without a word of the operator nothing is allowed") {
    const WebHookNetworks none = networks({});
    CHECK_FALSE(none.are_any());
    for (const char* text : {"1.1.1.1", "127.0.0.1", "2a00::1"})
        CHECK_FALSE(none.allows(ip(text), true));
}

TEST_CASE("public is the internet, and by https only") {
    const WebHookNetworks everywhere = networks({"public"});
    CHECK(everywhere.are_any());
    CHECK(everywhere.allows(ip("1.1.1.1"), true));
    CHECK_FALSE(everywhere.allows(ip("1.1.1.1"), false));
    CHECK_FALSE(everywhere.allows(ip("127.0.0.1"), true));
    CHECK_FALSE(everywhere.allows(ip("192.168.1.1"), true));
    CHECK_FALSE(everywhere.allows(net::Address::parse("unix:/run/x"), true));
}

TEST_CASE("a network that is named is allowed by http too, and its neighbours are not") {
    const WebHookNetworks home = networks({"192.168.1.0/24", "public", "::1"});
    CHECK(home.allows(ip("192.168.1.7"), false));
    CHECK(home.allows(ip("::ffff:192.168.1.7"), false));
    CHECK(home.allows(ip("::1"), false));
    CHECK(home.allows(ip("1.1.1.1"), true));
    CHECK_FALSE(home.allows(ip("192.168.2.7"), true));
    CHECK_FALSE(home.allows(ip("127.0.0.1"), true));
    CHECK_FALSE(networks({"192.168.1.0/24"}).allows(ip("1.1.1.1"), true));
}

TEST_CASE("what is no network is refused") {
    for (const char* word :
         {"", "private", "example.org", "127.1", "192.168.1.1/24", "10.0.0.0/33"})
        CHECK_THROWS_AS(networks({word}), daemon::UsageError);
}
