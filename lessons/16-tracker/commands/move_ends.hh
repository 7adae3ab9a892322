// The two databases of `tracker migrate-store`: where everything is, which must not change
// meanwhile, and where it goes, which nobody must take for the whole before it is.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/connection.hh"

namespace waymark::tracker {

// The folder in which a file lies.
std::string folder_of_file(const std::string& path);

// A connection to where the rows are, in which nothing changes until its end: a file is locked, of
// PostgreSQL one moment is read.
class MoveSource {
  public:
    // Throws UsageError where a server uses it, StoreError.
    explicit MoveSource(const std::string& location);

    Connection& connection() { return connection_; }

    // To be called when all is read: throws UsageError if a tracker has written meanwhile, for not
    // every engine tells who is connected.
    void refuse_if_written();

  private:
    void refuse_connected_trackers();
    std::int64_t written();

    Connection connection_;
    std::optional<Transaction> lock_;
    std::int64_t written_ = 0;
};

// Where the rows go. An SQLite file has another name, FILE.moving, until all is there.
class MoveGoal {
  public:
    // Makes the tables where there are none, and a file where its name ends in .db. Throws
    // UsageError, StoreError.
    explicit MoveGoal(const std::string& location);

    Connection& connection() { return connection_; }
    // As a person calls it, and what a person can do if it is not empty.
    std::string name() const;
    std::string cure() const;
    // Closes it, and gives the file its name. Throws std::system_error, StoreError.
    void end();

  private:
    std::string begun() const { return location_ + ".moving"; }
    Connection open();

    std::string location_;
    bool is_file_;
    bool is_whole_;
    Connection connection_;
};

}  // namespace waymark::tracker
