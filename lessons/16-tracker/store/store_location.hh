// Where the database of a server is: a file in its data folder, or PostgreSQL somewhere else, named
// by a URL (postgresql.org/docs/current/libpq-connect.html, "Connection URIs").
//
// A server that uses PostgreSQL leaves the URL in a file of its folder, waymark.store, which only
// its owner may read. So each command finds the same database by the folder alone, and nobody who
// forgets an option begins an empty one beside it.
//
// A URL may hold a password. It is in no message: what is shown is url_without_password()
// (store/postgresql_url.hh).

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

// What is said for "the file in the data folder".
inline constexpr std::string_view kStoreInFolder = "sqlite";

// Throws UsageError, which shows no password, unless `store` is empty, kStoreInFolder, or a URL
// that libpq takes and whose files are named by their whole paths.
void refuse_wrong_store(std::string_view store);

// The database of `folder`: a path or a URL. `given` is what the person said, and is stronger than
// what the folder remembers; empty is nothing. Throws UsageError as refuse_wrong_store(), also for
// what stands in the folder's file.
std::string store_location(const std::string& folder, const std::string& given);

// Has the folder remember `location`; a path is forgotten instead. Throws std::system_error, and
// UsageError where something else is in the way.
void remember_store(const std::string& folder, const std::string& location);

// Whether a word of a command line holds a URL with a password, which others would read there.
bool shows_password(std::string_view word);

}  // namespace waymark::tracker
