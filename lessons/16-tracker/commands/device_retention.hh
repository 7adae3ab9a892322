// `tracker device retention`: for how many days the positions of a device are kept. What would go
// is said first. The page of the devices does the same.

#pragma once

namespace CLI {
class App;
}

namespace waymark::tracker {

// Adds it to the group of the device commands.
void add_device_retention(CLI::App& group);

}  // namespace waymark::tracker
