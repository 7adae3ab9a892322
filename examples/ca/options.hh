// What may be said to ca, and what it is told back when it is said wrong.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace waymark::ca {

enum class Word { init, server, client, revoke, list, crl };

struct Options {
    Word word = Word::list;
    std::string folder = "authority";
    std::string name;                // of init, client and revoke
    std::vector<std::string> names;  // of server
    std::optional<int> days;         // instead of what is usual
    bool for_browsers = false;
};

// Nothing if only help was asked for, and given. Throws UsageError.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::ca
