#include "store/change_lock.hh"

namespace waymark::tracker {

// A row, and no lock of PostgreSQL's own kinds (pg_advisory_lock(), LOCK TABLE): engines that speak
// as it does have not all of them, and all have rows.
void one_change_at_a_time(Connection& connection) {
    if (connection.is_sqlite()) return;
    connection.execute("UPDATE change_lock SET taken = taken + 1");
}

}  // namespace waymark::tracker
