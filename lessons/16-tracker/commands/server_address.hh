// The option --to of commands that play a phone: an address as a person types it, looked up once.

#pragma once

#include <string>
#include <vector>

#include "net/address.hh"

namespace waymark::tracker {

struct ServerAddress {
    std::vector<net::Address> addresses;
    std::string authority;  // for the Host field
    std::string base_path;
};

// Throws UsageError for a text that is no address of a server, std::runtime_error for a name that
// has no address now.
ServerAddress find_server(const std::string& url);

}  // namespace waymark::tracker
