#include "store/audit_log.hh"

#include <limits>

namespace waymark::tracker {

namespace {

// Not within a character of UTF-8.
std::string_view cut(std::string_view text) {
    if (text.size() <= AuditLog::kLongestText) return text;
    std::size_t end = AuditLog::kLongestText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace

void AuditLog::note(const AuditEntry& entry) {
    Statement insert(connection_,
                     "INSERT INTO audit (number, time_ms, who, address, action, about, is_refusal) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    insert.bind_if(1, connection_.new_number());
    insert.bind(2, entry.time_ms);
    insert.bind_text(3, cut(entry.who));
    insert.bind_text(4, cut(entry.address));
    insert.bind_text(5, cut(entry.action));
    insert.bind_text(6, cut(entry.about));
    insert.bind(7, entry.is_refusal ? 1 : 0);
    insert.run();
    if (entry.is_refusal)
        forget_old_refusals();
    else
        forget_old_events();
}

void AuditLog::forget_old_refusals() {
    Statement trim(connection_,
                   "DELETE FROM audit WHERE is_refusal = 1 AND number <= (SELECT number FROM audit "
                   "WHERE is_refusal = 1 ORDER BY number DESC LIMIT 1 OFFSET ?1)");
    trim.bind(1, kMostRefusals);
    trim.run();
}

void AuditLog::forget_old_events() {
    while (connection_.number("SELECT count(*) FROM audit WHERE is_refusal = 0") > kMostEvents)
        connection_.execute(
            "DELETE FROM audit WHERE number = (SELECT min(number) FROM audit WHERE is_refusal = 0 "
            "GROUP BY who ORDER BY count(*) DESC, min(number) LIMIT 1)");
}

std::vector<AuditEntry> AuditLog::list(int most, std::int64_t below) {
    std::vector<AuditEntry> entries;
    Statement rows(connection_,
                   "SELECT number, time_ms, who, address, action, about, is_refusal FROM audit "
                   "WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
    rows.bind(1, below == 0 ? std::numeric_limits<std::int64_t>::max() : below);
    rows.bind(2, most);
    while (rows.step())
        entries.push_back({rows.integer(0), rows.integer(1), std::string(rows.text(2)),
                           std::string(rows.text(3)), std::string(rows.text(4)),
                           std::string(rows.text(5)), rows.integer(6) != 0});
    return entries;
}

}  // namespace waymark::tracker
