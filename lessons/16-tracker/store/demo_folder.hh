// Whether a data folder is a person's own or the demo's. A demo's positions are made up, so the two
// never share a folder: the first server that opens an empty one decides which it is, and each
// other kind is refused from then on. The demo's has a file of ours in it, kDemoMark; a database
// without that mark is a person's own, also one with demo devices of an earlier version in it.

#pragma once

#include <string>

namespace waymark::tracker {

inline constexpr const char* kDemoMark = "waymark.demo";

// Beside the default data folder, "-demo" added to its name. Throws as default_data_folder() does.
std::string default_demo_folder();

// Marks `folder` as the demo's if `demo` is wanted and there is no database yet. To be called by
// the one server that holds the folder's lock. Throws UsageError, which names the folder and the
// cure, when the folder is of the other kind; std::system_error if the mark cannot be written.
void settle_demo_folder(const std::string& folder, bool demo);

// What settle_demo_folder refuses, without writing anything.
void refuse_wrong_kind_of_folder(const std::string& folder, bool demo);

// For commands that add a person's devices: throws UsageError for the demo's folder.
void refuse_demo_folder(const std::string& folder);

}  // namespace waymark::tracker
