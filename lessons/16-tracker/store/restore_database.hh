// Puts a copy in the place of a server's database, while no server runs. The old one is not thrown
// away: whoever restores the wrong copy can go back.

#pragma once

#include <string>

namespace waymark::tracker {

// Throws UsageError for a copy that is not there, empty, damaged, of another program or of a newer
// version of this one.
void refuse_bad_backup(const std::string& copy);

// Checks that `copy` is whole and one of ours, brings a copy of it to today's version, and makes
// that the database at `path`, by rename(2): whoever is killed on the way leaves the old one there
// or the new one. Gives the name under which the old one is kept, "" if there was none. Throws
// UsageError as refuse_bad_backup does, and if another program has the old one open, such as an
// import: then nothing is changed.
std::string restore_database(const std::string& copy, const std::string& path);

}  // namespace waymark::tracker
