// What a server in the foreground says when it can be used: to a person in sentences, to a program
// that started it in lines of one form.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "first_link.hh"
#include "net/address.hh"
#include "settings.hh"

namespace waymark::tracker {

// As bound: port 0 has become a real one.
struct ServedAddresses {
    std::vector<net::Address> devices;
    std::vector<net::Address> web;
    std::vector<net::Address> devices_tls{};
};

// "http://127.0.0.1:5055/", or with another scheme; a Unix socket has no URL, and is shown as it
// was given: "unix:/run/w.sock".
std::string shown_address(const net::Address& address, std::string_view scheme = "http");

// The same for a person: "every address" is none that can be opened, so there it is `name`'s.
std::string openable_address(const net::Address& address, std::string_view scheme,
                             std::string_view name = "localhost");

// The first of the names under which people reach the map, or localhost.
std::string_view web_name(const Settings& settings);

// By which scheme the map is reached.
std::string_view web_scheme(const Settings& settings);

// Where the map is, how the first account is made, where devices send, what is kept where, and how
// it ends. For an address that means every address of the machine stands what a person can open,
// and for the devices', if it is set, the URL by which phones come.
std::string welcome(const Settings& settings, const ServedAddresses& addresses,
                    const std::string& first_account = "");

// Where the first account is made: the link stands on a line of its own.
std::string first_account_lines(const Settings& settings, const std::vector<net::Address>& web);

// The same for `tracker status`: members of a JSON object, with the link's path as long as it
// opens.
std::string first_account_status(const FirstLink& link, UnixMillis now);

// Says to whoever started the server where it serves, and if nobody has an account, how to make
// one: in the foreground on standard output, else on standard error, which a daemon has until it is
// ready.
void say_that_it_serves(const Settings& settings, const ServedAddresses& addresses,
                        bool has_no_accounts);

// "devices: http://127.0.0.1:5055/", "devices-tls: https://127.0.0.1:5443/" and
// "web: http://127.0.0.1:8080/": a line for each address, without its end.
std::vector<std::string> address_lines(const Settings& settings, const ServedAddresses& addresses);

}  // namespace waymark::tracker
