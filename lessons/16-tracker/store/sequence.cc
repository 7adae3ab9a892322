#include "store/sequence.hh"

#include <algorithm>

#include "store/writer.hh"

namespace waymark::tracker {

std::int64_t newest_sequence(Connection& connection) {
    if (connection.is_sqlite()) return connection.number("SELECT sequence FROM last_commit");
    return std::max(now_as_sequence(), connection.number("SELECT max(sequence) FROM writer"));
}

std::int64_t own_writer(Connection& connection) {
    return connection.writer().number;
}

std::int64_t next_sequence(Connection& connection) {
    return connection.is_sqlite() ? newest_sequence(connection) + 1 : advance_writer(connection);
}

void write_sequence(Connection& connection, std::int64_t sequence) {
    if (!connection.is_sqlite()) return;  // next_sequence() has written it
    Statement write(connection, "UPDATE last_commit SET sequence = ?1");
    write.bind(1, sequence);
    write.run();
}

}  // namespace waymark::tracker
