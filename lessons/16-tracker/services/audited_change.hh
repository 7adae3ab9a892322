// Changes that are found again later: what was done, by whom, from where, and with the names of
// that time.

#pragma once

#include <string>
#include <utility>

#include "services/changes.hh"
#include "store/audit_log.hh"

namespace waymark::tracker {

inline void note_change(Connection& connection, const ChangeRequest& request, UnixMillis now,
                        std::string action, std::string about) {
    AuditLog(connection)
        .note({.time_ms = now,
               .who = request.by_name,
               .address = request.from,
               .action = std::move(action),
               .about = std::move(about)});
}

}  // namespace waymark::tracker
