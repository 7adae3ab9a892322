// What an authority has issued, and what of it is revoked: the text of its ledger, a line for each
// certificate, and the values in it. No file is touched here.
//
//     waymark-ca 1 <tab> 3
//     7A01... <tab> server <tab> 2027-12-31T10:00:00Z <tab> - <tab> www.example,127.0.0.1
//     5C44... <tab> client <tab> 2027-12-31T10:00:00Z <tab> 2026-12-01T08:00:00Z <tab> anna
//
// The first line has the number of the next list of revoked certificates, which must only grow.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/certificate.hh"

namespace waymark::ca {

using Time = std::chrono::sys_seconds;

struct Issued {
    std::string serial;  // hexadecimal digits, in capitals
    net::Purpose purpose = net::Purpose::server;
    Time not_after;
    std::optional<Time> revoked;
    std::string names;  // of a server with commas between them, of a client one

    bool has_name(std::string_view name) const;
};

struct Ledger {
    std::uint64_t next_list = 1;
    std::vector<Issued> issued;  // in the order in which they were
};

// Throws UsageError with the line's number and what is wrong in it: a ledger that was changed by
// hand must not lose a revocation.
Ledger parse_ledger(std::string_view text);
std::string format_ledger(const Ledger& ledger);

std::string format_time(Time time);
const char* word_of(net::Purpose purpose);

}  // namespace waymark::ca
