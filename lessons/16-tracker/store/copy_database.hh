// Makes a copy of a database that others may be writing: of one moment, complete in one file, and
// on the disk when it is there under its name. A copy made with cp(1) is none of these while a
// server runs.

#pragma once

#include <string>

#include "store/begun_file.hh"
#include "store/connection.hh"

namespace waymark::tracker {

// Copies what `from` sees now to `path`, with mode 0600. It is written beside it, as
// `path`.partial, and renamed (store/begun_file.hh). Throws UsageError if `path` is there and must
// not be replaced, is a folder or no file, is being written by another copy, or is a file of the
// database itself, by whatever name; StoreError, std::system_error. Then `path` is as it was.
void copy_database(Connection& from, const std::string& path, IfThere if_there);

// Makes the names in a folder durable after files were made, renamed or removed (fsync(2)).
void sync_folder_of(const std::string& path);

}  // namespace waymark::tracker
