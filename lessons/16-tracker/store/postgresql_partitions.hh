// The table `fix` of PostgreSQL is cut by months, so that a new fix goes into an index that fits in
// memory, and an old month can be thrown away or moved whole. A month is made when its first fix
// comes. Before 2015 and after 2049 there is one each: a phone that sends odd times makes some 420
// tables at most.
//
// The month is made beside the table and attached: that waits for no reader or writer of other
// months (postgresql.org/docs/current/ddl-partitioning.html, "Partition Maintenance"). YugabyteDB
// keeps the first of two such statements where the second is not done, so there it is one.

#pragma once

#include <optional>
#include <set>
#include <string>

#include "fix.hh"
#include "store/connection.hh"
#include "store/postgresql_schema.hh"

namespace waymark::tracker {

struct FixPartition {
    std::string name;
    std::string from;  // as words of the statement: milliseconds or MINVALUE
    std::string to;    // before this
};

// Months since January 2015, -1 for all before, the first after 2049 for all after.
int partition_number(UnixMillis time);
FixPartition fix_partition(int number);

// For whoever inserts fixes. In SQLite and CockroachDB there are no partitions, and nothing is
// done.
class Partitions {
  public:
    explicit Partitions(Connection& connection) : connection_(connection) {}

    // Makes the partition for fixes of `time` if there is none, within the transaction. Throws
    // StoreError.
    void require(UnixMillis time);

  private:
    void make(const FixPartition& partition);
    Dialect dialect();

    Connection& connection_;
    std::set<int> known_;
    std::optional<Dialect> dialect_;
};

}  // namespace waymark::tracker
