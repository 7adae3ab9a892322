// Which release this is: what `tracker --version` and the status page say. It has a source of its
// own, so that another release compiles one file anew.

#pragma once

#include <string_view>

namespace waymark::tracker {

// "0.1.0": the version in the project's meson.build.
std::string_view version();

}  // namespace waymark::tracker
