// The option --device of commands that may go without it where there is one device only.

#pragma once

#include <string>

#include "fix.hh"

namespace waymark::tracker {

struct ChosenDevice {
    DeviceNumber number = 0;
    std::string name;
};

// Throws UsageError if there is no such device; for "" if there is not one alone, and then it says
// which there are.
ChosenDevice chosen_device(const std::string& database, const std::string& name);

}  // namespace waymark::tracker
