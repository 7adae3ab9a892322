// Which tracker sends on what commands have stored, where several share a database: by a column
// that only one of them can set. Declared in forwarding.hh.

#include <fmt/core.h>

#include "store/forwarding.hh"
#include "store/sequence.hh"
#include "store/writer.hh"

namespace waymark::tracker {
namespace {

// Of a destination (?1), what commands (?2) have stored, for this tracker (?3).
constexpr std::string_view kOfCommands = "destination = ?1 AND writer = ?2";
constexpr std::string_view kIsClaimed = "claimed_by = ?3";
// A claim that ends later than any can, and kClockError, was made before a clock was set back.
constexpr std::string_view kMayBeClaimed =
    "(claimed_by IS NULL OR claimed_by = ?3 OR claimed_until_ms < ?4 OR claimed_until_ms > ?5)";

void bind_whose(Statement& statement, Connection& connection, std::string_view destination) {
    statement.bind_text(1, destination);
    statement.bind(2, command_writer(connection));
    statement.bind(3, own_writer(connection));
}

void bind_times(Statement& statement, UnixMillis now) {
    statement.bind(4, now);
    statement.bind(5, now + Forwarding::kLongestClaim + kClockError);
}

}  // namespace

bool Forwarding::may_claim(std::string_view destination, UnixMillis now) {
    if (connection_.is_sqlite()) return false;
    Statement look(connection_, fmt::format("SELECT 1 FROM forwarding WHERE {} AND {}", kOfCommands,
                                            kMayBeClaimed));
    bind_whose(look, connection_, destination);
    bind_times(look, now);
    if (!look.step()) return false;
    look.reset();
    return behind("1", destination, command_writer(connection_), "LIMIT 1").step();
}

std::vector<FixToSend> Forwarding::claim(std::string_view destination, UnixMillis now) {
    if (connection_.is_sqlite()) return {};
    Statement take(connection_, fmt::format("UPDATE forwarding SET claimed_by = ?3, "
                                            "claimed_until_ms = ?6 WHERE {} AND {}",
                                            kOfCommands, kMayBeClaimed));
    bind_whose(take, connection_, destination);
    bind_times(take, now);
    take.bind(6, now + kLongestClaim);
    take.run();
    if (connection_.changed_rows() == 0) return {};
    // Asked after the wait for the row: what another has sent and noted meanwhile is before it.
    std::vector<FixToSend> fixes = next(destination, command_writer(connection_));
    if (fixes.empty()) give_back(destination);
    return fixes;
}

void Forwarding::extend_claim(std::string_view destination, UnixMillis now) {
    Statement extend(connection_,
                     fmt::format("UPDATE forwarding SET claimed_until_ms = ?4 WHERE {} AND {}",
                                 kOfCommands, kIsClaimed));
    bind_whose(extend, connection_, destination);
    extend.bind(4, now + kLongestClaim);
    extend.run();
}

void Forwarding::give_back(std::string_view destination) {
    if (connection_.is_sqlite()) return;
    Statement end(connection_,
                  fmt::format("UPDATE forwarding SET claimed_by = NULL WHERE {} AND {}",
                              kOfCommands, kIsClaimed));
    bind_whose(end, connection_, destination);
    end.run();
}

}  // namespace waymark::tracker
