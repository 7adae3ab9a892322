// What people do with the quarantine on its page, as changes (services/changes.hh): the store's
// part of web_app/quarantine_api.hh.

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> quarantine_changes();

}  // namespace waymark::tracker
