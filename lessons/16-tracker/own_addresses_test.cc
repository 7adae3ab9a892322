#include "own_addresses.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"

using namespace waymark;
using namespace waymark::tracker;
using net::Address;

namespace {

bool in_the_way(const char* one, const char* other) {
    const bool are = stand_in_each_others_way(Address::parse(one), Address::parse(other));
    CHECK(are == stand_in_each_others_way(Address::parse(other), Address::parse(one)));
    return are;
}

std::string conflict_of(const Settings& settings) {
    try {
        refuse_own_conflicts(settings);
        return "";
    } catch (const daemon::UsageError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("two addresses are in each other's way where they are one, or one covers the other") {
    CHECK(in_the_way("127.0.0.1:80", "127.0.0.1:80"));
    CHECK(in_the_way("0.0.0.0:80", "127.0.0.1:80"));
    CHECK(in_the_way("[::]:80", "127.0.0.1:80"));
    CHECK(in_the_way("[::]:80", "0.0.0.0:80"));
    CHECK(in_the_way("[::]:80", "[::1]:80"));
    CHECK(in_the_way("*:80", "127.0.0.1:80"));
    CHECK(in_the_way("[::ffff:127.0.0.1]:80", "127.0.0.1:80"));
    CHECK(in_the_way("unix:/run/socket", "unix:/run/socket"));
}

TEST_CASE("and not where both can listen") {
    CHECK_FALSE(in_the_way("127.0.0.1:80", "127.0.0.1:81"));
    CHECK_FALSE(in_the_way("127.0.0.1:80", "127.0.0.2:80"));
    CHECK_FALSE(in_the_way("0.0.0.0:80", "127.0.0.1:81"));
    CHECK_FALSE(in_the_way("0.0.0.0:80", "[::1]:80"));
    CHECK_FALSE(in_the_way("127.0.0.1:80", "[::1]:80"));
    CHECK_FALSE(in_the_way("127.0.0.1:0", "127.0.0.1:0"));
    CHECK_FALSE(in_the_way("unix:/run/socket", "unix:/run/other"));
    CHECK_FALSE(in_the_way("unix:/run/socket", "127.0.0.1:80"));
}

TEST_CASE("all addresses of the settings are looked at, and the two are named") {
    Settings settings;
    CHECK(conflict_of(settings).empty());
    settings.listen_nmea = {"127.0.0.1:5005"};
    CHECK(conflict_of(settings).empty());
    settings.listen_nmea = {"127.0.0.1:5005", "*:8080"};
    CHECK(conflict_of(settings).starts_with(
        "listen-web 127.0.0.1:8080 and listen-nmea [::]:8080 have one port, and one covers the"));
    settings.listen_nmea = {};
    settings.listen_devices_tls = {"127.0.0.1:5055"};
    CHECK(
        conflict_of(settings).starts_with("listen-devices 127.0.0.1:5055 and listen-devices-tls "
                                          "127.0.0.1:5055 are one address"));
}
