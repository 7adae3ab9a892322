#include "ledger.hh"

#include <doctest/doctest.h>

#include <string>

#include "authority.hh"
#include "daemon/error.hh"

using namespace waymark::ca;
using waymark::daemon::UsageError;
using waymark::net::Purpose;

namespace {

const std::string kFirst = "waymark-ca 1\t7\n";
const std::string kServer = "7A01\tserver\t2027-12-31T10:00:00Z\t-\twww.example,::1\n";
const std::string kClient = "5C44\tclient\t2027-12-31T10:00:00Z\t2026-12-01T08:00:00Z\tAnna, B.\n";

std::string refusal_of(const std::string& text) {
    try {
        parse_ledger(text);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

}  // namespace

TEST_CASE("what was written is read again, and nothing is lost") {
    const std::string text = kFirst + kServer + kClient;
    const Ledger ledger = parse_ledger(text);
    CHECK(ledger.next_list == 7);
    REQUIRE(ledger.issued.size() == 2);
    CHECK(ledger.issued[0].purpose == Purpose::server);
    CHECK_FALSE(ledger.issued[0].revoked);
    CHECK(ledger.issued[1].serial == "5C44");
    CHECK(ledger.issued[1].revoked);
    CHECK(format_ledger(ledger) == text);
    CHECK(format_ledger(parse_ledger(kFirst)) == kFirst);
}

TEST_CASE("a server is found by each of its names, a client by its whole one") {
    const Ledger ledger = parse_ledger(kFirst + kServer + kClient);
    CHECK(ledger.issued[0].has_name("www.example"));
    CHECK(ledger.issued[0].has_name("::1"));
    CHECK_FALSE(ledger.issued[0].has_name("www"));
    CHECK_FALSE(ledger.issued[0].has_name("www.example,::1"));
    CHECK(ledger.issued[1].has_name("Anna, B."));
    CHECK_FALSE(ledger.issued[1].has_name("Anna"));
    CHECK_FALSE(ledger.issued[0].has_name(""));
}

TEST_CASE("a ledger that was changed by hand is refused, with the line") {
    const std::string cure = "; take back what was changed in it";
    CHECK(refusal_of("") == "ledger, line 1: not a ledger of this program" + cure);
    CHECK(refusal_of("waymark-ca 2\t7\n") == "ledger, line 1: not a ledger of this program" + cure);
    const std::string no_number = "ledger, line 1: no number of the next list" + cure;
    for (const char* number : {"", "0", "x", "7x", "-1", " 7", "99999999999999999999"})
        CHECK(refusal_of("waymark-ca 1\t" + std::string(number) + "\n") == no_number);
    const std::string rows[][2] = {
        {"7a01\tserver\t2027-12-31T10:00:00Z\t-\ta\n", "no serial number"},
        {"\tserver\t2027-12-31T10:00:00Z\t-\ta\n", "no serial number"},
        {"7A01\tauthority\t2027-12-31T10:00:00Z\t-\ta\n", "neither 'server' nor 'client'"},
        {"7A01\tserver\t2027-12-31 10:00:00\t-\ta\n", "no time at which it expires"},
        {"7A01\tserver\t2027-2-31T10:00:00Z\t-\ta\n", "no time at which it expires"},
        {"7A01\tserver\t2027-02-31T10:00:00Z\t-\ta\n", "no time at which it expires"},
        {"7A01\tserver\t2027-12-31T10:00:00Zx\t-\ta\n", "no time at which it expires"},
        {"7A01\tserver\t2027-12-31T10:00:00Z\t\ta\n",
         "no time at which it was revoked, and no '-'"},
        {"7A01\tserver\t2027-12-31T10:00:00Z\t-\t\n", "no name"},
        {"7A01\tserver\t2027-12-31T10:00:00Z\t-\ta\tb\n", "no name"},
        {"\n", "no serial number"},
    };
    for (const auto& [row, what] : rows)
        CHECK(refusal_of(kFirst + kServer + row) == "ledger, line 3: " + what + cure);
}

TEST_CASE("a name is the name of a file, or refused") {
    CHECK(file_name_of("*.example") == "_.example");
    CHECK(file_name_of("::1") == "::1");
    CHECK(file_name_of("Anna M\xc3\xbcller") == "Anna M\xc3\xbcller");
    for (const std::string name : {"", ".", "..", ".hidden", "-rf", "a/b", "a\\b", "a\nb", "a\x7f"})
        CHECK_THROWS_AS(file_name_of(name), UsageError);
    CHECK_THROWS_AS(file_name_of(std::string(201, 'x')), UsageError);
}
