// A database with something in quarantine, in either engine.

#pragma once

#include <doctest/doctest.h>

#include <string>

#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"

namespace waymark::tracker {

inline constexpr UnixMillis kReceived = 1768025565000;

// With the devices 1 (its speeds are in km/h) and 2.
struct WithQuarantine {
    DatabaseUnderTest database;
    std::string path = database.location();
    Connection connection = open_for_writing(path);
    WithQuarantine() {
        Devices(connection)
            .add({{"van", {"123456"}, {}, SpeedUnit::kmh}, {"boat", {}, {}, {}}}, kReceived);
    }
    void keep(const Quarantined& point, UnixMillis received = kReceived) {
        Store store(path);
        store.begin();
        store.add(point, received);
        CHECK(store.commit().durable);
    }
    void keep(const std::string& raw, DeviceNumber device = 1, std::uint32_t index = 0) {
        keep(Quarantined{device, index, "time_in_future", Source::traccar, raw});
    }
    std::int64_t count(const char* table) {
        return connection.number(("SELECT count(*) FROM " + std::string(table)).c_str());
    }
};

inline Quarantined bad_point(const std::string& raw) {
    return {1, 0, "lat_out_of_range", Source::traccar, raw};
}

// One that no decoder takes.
inline const std::string kBad = "lat=95&lon=11.5&timestamp=1768025000";

}  // namespace waymark::tracker
