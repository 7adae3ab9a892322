// `tracker device thin`: how the old positions of a device are thinned out (store/thinning).

#pragma once

namespace CLI {
class App;
}

namespace waymark::tracker {

void add_device_thinning(CLI::App& group);

}  // namespace waymark::tracker
