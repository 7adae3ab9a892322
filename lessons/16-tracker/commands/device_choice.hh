// The option --device of commands that may go without it where there is one device only.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fix.hh"

namespace waymark::tracker {

struct ChosenDevice {
    DeviceNumber number = 0;
    std::string name;
    std::optional<std::int64_t> keep_days;  // nothing: for ever
};

// Throws UsageError if there is no such device; for "" if there is not one alone, and then it says
// which there are.
ChosenDevice chosen_device(const std::string& database, const std::string& name);

}  // namespace waymark::tracker
