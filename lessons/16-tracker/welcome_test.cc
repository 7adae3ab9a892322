#include "welcome.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;
using waymark::net::Address;

namespace {

using Lines = std::vector<std::string>;

const std::vector<Address> kDevices{Address::parse("127.0.0.1:5055"), Address::parse("[::1]:5055")};
const std::vector<Address> kWeb{Address::parse("127.0.0.1:8080")};

Settings settings(bool demo) {
    Settings settings;
    settings.data = "/var/lib/waymark";
    settings.demo = demo;
    return settings;
}

}  // namespace

TEST_CASE("a person reads where everything is and how it ends") {
    CHECK(welcome(settings(false), {kDevices, kWeb}) ==
          "\nThe map is at http://127.0.0.1:8080/\n"
          "Devices send to http://127.0.0.1:5055/\n"
          "Devices send to http://[::1]:5055/\n"
          "Positions are kept in /var/lib/waymark\n"
          "Ctrl-C stops everything.\n\n");
}

TEST_CASE("who listens at every address says one that can be opened") {
    Settings own = settings(false);
    own.first_link = {"aToken", 5};
    for (const char* any : {"0.0.0.0", "[::]"}) {
        const std::vector<Address> devices{Address::parse(std::string(any) + ":5055")};
        const std::vector<Address> web{Address::parse(std::string(any) + ":8080")};
        CHECK(
            welcome(own, {devices, web}, first_account_lines(own, web)) ==
            "\nThe map is at http://localhost:8080/ and at every other address of this machine\n"
            "Nobody has an account yet. Make the first one with this link; it works once, and for "
            "a day:\n    http://localhost:8080/welcome#aToken\n"
            "Devices send to http://localhost:5055/ and to every other address of this machine\n"
            "Positions are kept in /var/lib/waymark\n"
            "Ctrl-C stops everything.\n\n");
        // For programs it is what was bound.
        CHECK(address_lines(own, {devices, web}) ==
              Lines{"devices: http://" + std::string(any) + ":5055/",
                    "web: http://" + std::string(any) + ":8080/"});
        Settings named = own;
        named.public_devices_url = "https://home.example";
        named.reloadable.web_names = {"map.example", "other.example"};
        named.web_certificate = "map.pem";
        const std::string text = welcome(named, {devices, web}, first_account_lines(named, web));
        CHECK(text.find("The map is at https://map.example:8080/ and at") != std::string::npos);
        CHECK(text.find("    https://map.example:8080/welcome#aToken\n") != std::string::npos);
        CHECK(text.find("Devices send to https://home.example/\n") != std::string::npos);
        CHECK(text.find("localhost") == std::string::npos);
    }
}

TEST_CASE("a demo says that it is one") {
    const std::string text = welcome(settings(true), {kDevices, kWeb});
    CHECK(text.find("Two demo devices are on their way there; they are made up, and nobody need "
                    "log in.\n") != std::string::npos);
    CHECK(text.find("The demo's positions are kept in /var/lib/waymark\n") != std::string::npos);
}

TEST_CASE("a program reads a line for each address") {
    CHECK(address_lines(settings(false), {kDevices, kWeb}) ==
          Lines{"devices: http://127.0.0.1:5055/", "devices: http://[::1]:5055/",
                "web: http://127.0.0.1:8080/"});
}

TEST_CASE("devices that send by TLS are told so, by the name in the certificate") {
    Settings named = settings(false);
    named.web_certificate = "map.pem";
    const ServedAddresses addresses{kDevices, kWeb, {Address::parse("0.0.0.0:5443")}};
    CHECK(address_lines(named, addresses) ==
          Lines{"devices: http://127.0.0.1:5055/", "devices: http://[::1]:5055/",
                "devices-tls: https://0.0.0.0:5443/", "web: https://127.0.0.1:8080/"});
    CHECK(welcome(named, addresses).find("Devices send to https://localhost:5443/ and to every") !=
          std::string::npos);
    named.reloadable.web_names = {"family.example"};
    CHECK(welcome(named, addresses)
              .find("Devices send to https://family.example:5443/ and to every other address of "
                    "this machine\n") != std::string::npos);
}

TEST_CASE("a Unix socket is shown as what to listen on, and not as a URL") {
    CHECK(shown_address(Address::parse("unix:/run/waymark.sock")) == "unix:/run/waymark.sock");
    CHECK(address_lines(settings(false), {{Address::parse("unix:@waymark")}, kWeb}) ==
          Lines{"devices: unix:@waymark", "web: http://127.0.0.1:8080/"});
}

TEST_CASE("who has no account yet reads where to make the first one") {
    Settings own = settings(false);
    CHECK(first_account_lines(own, kWeb) == "");
    own.first_link = {"aToken", 5};
    CHECK(first_account_lines(own, kWeb) ==
          "Nobody has an account yet. Make the first one with this link; it works once, and for a "
          "day:\n    http://127.0.0.1:8080/welcome#aToken\n");
    CHECK(first_account_lines(own, {Address::parse("unix:@waymark")}) ==
          "Nobody has an account yet: 'tracker user add NAME --admin' makes the first one.\n");
}

TEST_CASE("the link opens for a day, and for its own token") {
    const FirstLink link = make_first_link(1000);
    const TokenHash hash = hash_token(link.token);
    CHECK(link.opens(hash, 1000 + 86'399'999));
    CHECK_FALSE(link.opens(hash, 1000 + 86'400'000));
    CHECK_FALSE(link.opens(hash_token("other"), 1000));
    CHECK_FALSE(FirstLink{}.opens(hash_token(""), -1));
    CHECK(welcome_path(link) == "welcome#" + link.token);
    CHECK(make_first_link(1000).token != link.token);
}

TEST_CASE("the status has the way to the first account as long as it leads there") {
    const FirstLink link{"aToken", 5};
    CHECK(first_account_status(link, 4) ==
          R"("first_account":"welcome#aToken","first_account_is_too_old":false)");
    CHECK(first_account_status(link, 5) == R"("first_account":"","first_account_is_too_old":true)");
    CHECK(first_account_status({}, 5) ==
          R"("first_account":"","first_account_is_too_old":false)");  // a demo's
}

TEST_CASE("an address that means all of them is shown as one that can be opened") {
    const Address all = Address::parse("[::]:443");
    CHECK(openable_address(all, "https", "family.example") == "https://family.example:443/");
    CHECK(openable_address(all, "http") == "http://localhost:443/");
    CHECK(openable_address(Address::parse("192.0.2.1:443"), "https", "family.example") ==
          "https://192.0.2.1:443/");
    Settings named = settings(false);
    CHECK(web_name(named) == "localhost");
    named.reloadable.web_names = {"map.example", "other.example"};
    CHECK(web_name(named) == "map.example");
}
