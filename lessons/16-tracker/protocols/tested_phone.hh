// For tests of protocols: a directory with one phone, and requests as a phone would send them.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "memory_directory.hh"
#include "net/http/url.hh"
#include "protocol.hh"

namespace waymark::tracker {

inline constexpr UnixMillis kTestedNow = 1768478400000;  // 2026-01-15T12:00:00Z
inline constexpr std::string_view kTestedToken = "Q7xk2mB9sT4vWz-1LpNe_0";

// Device 1: by the identifier "48241179", or by its token.
inline MemoryDirectory tested_phone() {
    DirectoryEntry entry;
    entry.device.number = 1;
    entry.token_hash = hash_token(kTestedToken);
    entry.identifiers = {"48241179"};
    MemoryDirectory directory;
    directory.add(entry);
    return directory;
}

struct TestedRequest {
    std::string target = "/";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> fields = {};
    std::string method = "GET";
};

inline Decoded decode_tested(const TestedRequest& tested) {
    std::vector<net::http::Field> fields;
    for (const auto& [name, value] : tested.fields) fields.push_back({name, value});
    net::http::Request request;
    request.method = tested.method;
    request.target = tested.target;
    const auto target = net::http::split_target(tested.method, tested.target);
    if (target) request.path = target->path;
    if (target) request.query = target->query;
    request.fields = fields;
    request.body = tested.body;
    Decoded decoded;
    decode(request, tested_phone(), kTestedNow, decoded);
    return decoded;
}

}  // namespace waymark::tracker
