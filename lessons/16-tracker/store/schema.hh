// The tables, and how a file of an older version becomes one of today. A version is a number in the
// file (PRAGMA user_version); a step to the next one is SQL that is never changed again once people
// run it. What is newer than this program is refused, because it would be read wrongly.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "store/connection.hh"

namespace waymark::tracker {

struct Migration {
    int version;  // of the file afterwards; 1, 2, 3, ...
    const char* statements;
};

// All steps from an empty file to today's.
std::span<const Migration> migrations();

// Throws UsageError if the file belongs to another program or to a newer version of this one.
// Writes nothing: to be called before anything else does, or a file is changed that we then refuse.
void require_ours(Connection& connection, int newest_version = migrations().back().version);

// The same by the first 100 bytes of the file, for those who must not open it.
void require_ours_by_header(const std::string& path, std::string_view header);

// Before a file with rows of an older version is migrated: a copy of it as FILE.before-vN, N being
// the version wanted; its name, or "" if there is nothing to migrate. Throws as copy_database().
std::string keep_before_migrating(Connection& connection,
                                  std::span<const Migration> steps = migrations());

// Brings the file up to date, each step in a transaction of its own, in which foreign keys are off,
// so that a table can be rebuilt. A step after which a row refers to nothing is rolled back
// (StoreError). Throws UsageError for a file that is newer, or is a database of another program.
void migrate(Connection& connection, std::span<const Migration> steps = migrations());

// Throws UsageError unless the file has today's version: for those who only read.
void require_current(Connection& connection);

}  // namespace waymark::tracker
