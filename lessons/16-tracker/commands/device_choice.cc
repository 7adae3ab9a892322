#include "commands/device_choice.hh"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "daemon/error.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/retention.hh"

namespace waymark::tracker {

namespace {

constexpr std::size_t kMostNamed = 10;

}  // namespace

ChosenDevice chosen_device(const std::string& database, const std::string& name) {
    Connection connection = open_for_reading(database);
    Devices devices(connection);
    if (!name.empty()) {
        const DeviceNumber number = devices.number_of(name);
        return {number, name, Retention(connection).days_of(number)};
    }
    const std::vector<Device> all = devices.list();
    if (all.size() == 1) return {all.front().number, all.front().name, all.front().keep_days};
    if (all.empty())
        throw daemon::UsageError("there is no device yet: add one with 'tracker device add NAME'");
    std::string names;
    for (std::size_t i = 0; i < std::min(all.size(), kMostNamed); ++i)
        names += (i == 0 ? "" : ", ") + all[i].name;
    throw daemon::UsageError(
        fmt::format("say --device: there are {}{}", names, all.size() > kMostNamed ? ", ..." : ""));
}

}  // namespace waymark::tracker
