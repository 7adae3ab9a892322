// For tests: an empty database of one test's own, in either engine. A file in a folder of its own;
// or, where WAYMARK_TEST_POSTGRESQL names one, a database of PostgreSQL, which is emptied first.
// The same cases are run with and without it.

#pragma once

#include <cstdlib>
#include <string>

#include "daemon/folder_under_test.hh"
#include "store/connection.hh"
#include "store/postgresql_under_test.hh"

namespace waymark::tracker {

// Cases that are about SQLite's files say `* doctest::skip(on_postgresql())`.
inline bool on_postgresql() {
    return std::getenv("WAYMARK_TEST_POSTGRESQL") != nullptr;
}

class DatabaseUnderTest {
  public:
    DatabaseUnderTest() {
        if (on_postgresql()) location_ = empty_postgresql();
    }

    const std::string& location() const { return location_; }
    // Where the file is, or what else the test writes.
    const daemon::TemporaryFolder& folder() const { return folder_; }

  private:
    daemon::TemporaryFolder folder_;
    std::string location_ = folder_.file("waymark.db");
};

}  // namespace waymark::tracker
