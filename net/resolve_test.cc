#include "net/resolve.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "daemon/error.hh"

using namespace waymark::net;
using waymark::daemon::UsageError;

TEST_CASE("a literal address is itself, without asking anybody") {
    for (const char* text : {"127.0.0.1:80", "192.0.2.1:8080", "[::1]:80", "[2001:db8::1]:443",
                             "*:80", "unix:/run/a.sock"}) {
        CAPTURE(text);
        const ResolveResult result = resolve_host_and_port(text);
        REQUIRE(result.addresses.size() == 1);
        CHECK(result.addresses[0] == Address::parse(text));
        CHECK(result.error.empty());
    }
}

TEST_CASE("localhost is this machine, with the port that was asked for, each address once") {
    // The name is in no standard file of a bare system; without it a name server is asked.
    if (!std::ifstream("/etc/hosts")) {
        fmt::print("SKIP: localhost: this machine has no /etc/hosts\n");
        return;
    }
    const ResolveResult result = resolve_host_and_port("localhost:8080");
    REQUIRE(result.status == ResolveStatus::done);
    REQUIRE_FALSE(result.addresses.empty());
    for (const Address& address : result.addresses) {
        CHECK(address.is_loopback());
        CHECK(address.port() == 8080);
        CHECK(std::ranges::count(result.addresses, address) == 1);
    }
}

TEST_CASE("odd spellings of addresses are not looked up") {
    for (const char* host :
         {"127.1", "0177.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "1.0X7F", "127.0.0.256",
          "1.2.3.4.5", "127.0.0.1.", "0x7f.1.", "", "::1::", "fe80::1%nosuchinterface"}) {
        CAPTURE(host);
        const ResolveResult result = resolve(host, 80);
        CHECK(result.status == ResolveStatus::malformed);
        CHECK(result.addresses.empty());
        CHECK(result.error.find("is not a name or address") != std::string::npos);
    }
    CHECK(resolve(std::string(254, 'a'), 80).status == ResolveStatus::malformed);
    CHECK(resolve(std::string_view("localhost\0.example", 18), 80).status ==
          ResolveStatus::malformed);
}

TEST_CASE("a blank or a line end is in no name and does not stand raw in the error") {
    for (const char* host : {"localhost ", " localhost", "local host", "localhost\n", "localhost\r",
                             "local\tost", "localhost\x7f", "127.0.0.1\n", "\x1b[3Jlocalhost"}) {
        CAPTURE(host);
        CHECK_FALSE(can_be_a_name(host));
        CHECK(resolve(host, 80).status == ResolveStatus::malformed);
    }
    CHECK(resolve("localhost\n", 80).error == "\"localhost\\x0a\" is not a name or address");
    CHECK(can_be_a_name("m\xc3\xbcnchen.example"));
}

TEST_CASE("a name that looks like a hexadecimal number is a name") {
    for (const char* host : {"4f2a9c1d77e0", "host.4f2a9c1d77e0", "0xy.example", "3com"})
        CHECK(can_be_a_name(host));
}

TEST_CASE("a name has 253 bytes at most, and the root's dot is none of them") {
    std::string longest;
    while (longest.size() < 253) longest += "a.";
    longest.resize(253);
    CHECK(can_be_a_name(longest));
    CHECK(can_be_a_name(longest + "."));
    CHECK_FALSE(can_be_a_name(longest + "b"));
    CHECK_FALSE(can_be_a_name(longest + "b."));
    CHECK_FALSE(can_be_a_name(longest + ".."));
}

TEST_CASE("a text that is not host and port is a usage error") {
    for (const char* text : {"localhost", "localhost:", "localhost:http", "localhost:65536",
                             "::1:80", "[localhost]:80", "unix:relative"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(resolve_host_and_port(text), UsageError);
    }
    CHECK_THROWS_WITH_AS(
        resolve_host_and_port("localhost:65536"),
        "\"localhost:65536\": the port \"65536\" is not a number from 0 to 65535", UsageError);
}

TEST_CASE("a resolver's code is a missing name, a missing server, or our failure") {
    CHECK(classify_resolver_error(EAI_NONAME) == ResolveStatus::not_found);
    CHECK(classify_resolver_error(EAI_NODATA) == ResolveStatus::not_found);
    CHECK(classify_resolver_error(EAI_ADDRFAMILY) == ResolveStatus::not_found);
    CHECK(classify_resolver_error(EAI_AGAIN) == ResolveStatus::try_later);
    CHECK(classify_resolver_error(EAI_FAIL) == ResolveStatus::not_found);
    for (const int code : {EAI_BADFLAGS, EAI_FAMILY, EAI_SOCKTYPE, EAI_MEMORY, EAI_SYSTEM})
        CHECK(classify_resolver_error(code) == ResolveStatus::done);
}

TEST_CASE("a look-up that the system fails is a system error, whatever its code") {
    struct Row {
        int code, error_number, expected;
    };
    for (const Row& row : {Row{EAI_SYSTEM, EMFILE, EMFILE}, Row{EAI_MEMORY, 0, ENOMEM},
                           Row{EAI_BADFLAGS, 0, EINVAL}}) {
        int thrown = 0;
        try {
            throw_resolver_error(row.code, row.error_number, "tracker.example");
        } catch (const std::system_error& error) {
            thrown = error.code().value();
        }
        CHECK(thrown == row.expected);
    }
}
