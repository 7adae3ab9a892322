#include "trips/demo_devices.hh"

#include <vector>

#include "store/devices.hh"
#include "store/open_database.hh"
#include "trips/fleet.hh"
#include "unix_time.hh"

namespace waymark::tracker {

std::size_t add_demo_devices(const std::string& location, unsigned count) {
    Connection connection = open_for_writing(location);
    Devices devices(connection);
    std::vector<NewDevice> missing;
    for (unsigned i = 0; i < count; ++i) {
        const std::string name = demo_name(i);
        if (!devices.has(name)) missing.push_back({name, {name}, {}, SpeedUnit::protocol_default});
    }
    devices.add(missing, unix_now());
    return missing.size();
}

}  // namespace waymark::tracker
