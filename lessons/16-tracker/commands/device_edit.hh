// `tracker device rename` and `tracker device id`: what a device is called, by people and by its
// app. The page of the devices does the same.

#pragma once

namespace CLI {
class App;
}

namespace waymark::tracker {

// Adds both to the group of the device commands.
void add_device_edit(CLI::App& group);

}  // namespace waymark::tracker
