// Opens the database that a URL names, as open_database.hh does a file: what a person must correct
// is a UsageError that says how (another program's database, a newer version, a wrong password, a
// server that may only be read, or that does not wait for its disk); what may pass is a StoreError.

#pragma once

#include <string>

#include "store/connection.hh"

namespace waymark::tracker {

// Makes the tables, or brings them up to date. The connection is the writer of commands
// (store/writer.hh) unless somebody makes it another.
Connection open_postgresql_for_writing(const std::string& url);
// The same also while a copy is not complete, for the program that makes it.
Connection open_postgresql_for_moving(const std::string& url);
Connection open_postgresql_for_reading(const std::string& url);

}  // namespace waymark::tracker
