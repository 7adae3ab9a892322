// The devices of the demo: how many there are, and how the server comes to know them.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace waymark::tracker {

inline constexpr unsigned kDemoDevices = 2;  // of `tracker serve --demo`: a bicycle and a car
inline constexpr std::chrono::minutes kDemoHistory{90};  // that they have ridden when they appear

// Adds the first `count` demo devices (demo_name(), trips/fleet) to the database at `location`, as
// far as they are not there; returns how many were not. Throws what open_for_writing() throws.
std::size_t add_demo_devices(const std::string& location, unsigned count);

}  // namespace waymark::tracker
