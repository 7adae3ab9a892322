// Opens the server's database: with the settings that make a commit durable, and only if it can be
// trusted. What a person must correct (no database, damaged, not writable, a folder) is a
// UsageError that says what to do; what the system refuses is a StoreError.
//
// Each takes a location: the path of a file (SQLite), which this header speaks of, or a URL of
// PostgreSQL (store/postgresql_open.hh).

#pragma once

#include <chrono>
#include <string>

#include "store/connection.hh"

namespace waymark::tracker {

// How long a writer waits for another process's lock before the commit fails.
inline constexpr std::chrono::milliseconds kBusyTimeout = std::chrono::seconds(5);

// For the store, which empties the log next, and for commands that change devices. Makes the file
// if there is none, for its owner only (0600, and so are the files beside it; one that others may
// read is corrected, for root only if it has no second name), refuses a link that another user made
// there (somebody who owns the folder can still exchange files while root works in it), migrates
// it, keeping the old one as schema.hh says, and looks for damage for
// at most `check_time`: a small file is read whole, of a large one only a part, because the server
// must start at once.
Connection open_for_writing(const std::string& path,
                            std::chrono::milliseconds check_time = std::chrono::milliseconds(100));

// For commands that change what is in a database: the file must exist. A folder that was mistyped
// is not made, nor a database in it.
Connection open_there_for_writing(const std::string& path);

// For those who read beside the writer. The file must exist.
Connection open_for_reading(const std::string& path);

// Throws UsageError if there is something at `path` that open_for_writing would refuse by its first
// bytes: a folder, no database, another program's or that of a newer version. Makes nothing there.
void refuse_foreign_file(const std::string& path);

// Brings everything in the write-ahead log into the database, makes it durable there, and empties
// the log. Throws StoreError, also if readers keep the log for `patience`.
//
// Why a writer must begin with it: a process before us may have died after a failed fdatasync(2).
// What it wrote is in the kernel's cache and looks whole, but the kernel counts it as clean and
// will not write it again ("fsyncgate"). A later, successful sync would not include it; after a
// power cut the log would end there, and commits that we acknowledged behind it would be gone.
// Copied into the database the pages are written anew, and so is everything after.
void empty_log(Connection& connection,
               std::chrono::milliseconds patience = std::chrono::seconds(5));

// open_for_writing(), and then the log is empty, and stays so through a power cut.
Connection open_for_writing_with_empty_log(const std::string& path);

}  // namespace waymark::tracker
