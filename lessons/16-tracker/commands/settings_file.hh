// The file of the settings, as text: TOML, one key a line, a list over several.

#pragma once

#include <string>
#include <vector>

namespace CLI {
struct ConfigItem;
}

namespace waymark::tracker {

// What stands in the file, in its order. Throws UsageError for one that cannot be read, is empty, or
// was not written to its end: an editor empties a file before it writes it, and CLI11 takes what it
// can of half a list.
std::vector<CLI::ConfigItem> parse_settings_file(const std::string& file);

// Where in the file a key stands, as "FILE:LINE:COLUMN"; "FILE" if it is not found.
std::string place_in_file(const std::string& file, const std::string& key);

}  // namespace waymark::tracker
