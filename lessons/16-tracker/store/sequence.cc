#include "store/sequence.hh"

namespace waymark::tracker {

std::int64_t newest_sequence(Connection& connection) {
    return connection.number("SELECT sequence FROM last_commit");
}

std::int64_t own_writer(Connection&) {
    return 0;
}

std::int64_t next_sequence(Connection& connection) {
    return newest_sequence(connection) + 1;
}

void write_sequence(Connection& connection, std::int64_t sequence) {
    Statement write(connection, "UPDATE last_commit SET sequence = ?1");
    write.bind(1, sequence);
    write.run();
}

}  // namespace waymark::tracker
