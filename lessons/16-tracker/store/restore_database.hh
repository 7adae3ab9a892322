// Puts a copy in the place of a server's database, while no server runs. The old one is not thrown
// away: whoever restores the wrong copy can go back.

#pragma once

#include <string>

namespace waymark::tracker {

// Throws UsageError for a copy that is not there, empty, damaged or of another program.
void refuse_bad_backup(const std::string& copy);

// Checks that `copy` is whole and one of ours, and makes it the database at `path`; gives the name
// under which the old one is kept, "" if there was none. Throws UsageError as
// refuse_bad_backup does: then nothing is changed.
std::string restore_database(const std::string& copy, const std::string& path);

}  // namespace waymark::tracker
