// Opens the server's database: with the settings that make a commit durable, and only if it can be
// trusted. What a person must correct (no database, damaged, not writable, a folder) is a
// UsageError that says what to do; what the system refuses is a StoreError.

#pragma once

#include <chrono>
#include <string>

#include "store/sqlite.hh"

namespace waymark::tracker {

// How long a writer waits for another process's lock before the commit fails.
inline constexpr std::chrono::milliseconds kBusyTimeout = std::chrono::seconds(5);

// For the store, which empties the log next, and for commands that change devices. Makes the file
// if there is none, for its owner only (0600, and so are the files beside it; one that others may
// read is corrected), migrates it, keeping the old one as schema.hh says, and looks for damage for
// at most `check_time`: a small file is read whole, of a large one only a part, because the server
// must start at once.
Connection open_for_writing(const std::string& path,
                            std::chrono::milliseconds check_time = std::chrono::milliseconds(100));

// For those who read beside the writer. The file must exist.
Connection open_for_reading(const std::string& path);

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

}  // namespace waymark::tracker
