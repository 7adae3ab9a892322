// `tracker device key` and `tracker device share`: what only OwnTracks has. Its messages may be
// encrypted, and it shows its friends.

#pragma once

namespace CLI {
class App;
}

namespace waymark::tracker {

// Adds both to the group `tracker device`.
void add_device_owntracks(CLI::App& group);

}  // namespace waymark::tracker
