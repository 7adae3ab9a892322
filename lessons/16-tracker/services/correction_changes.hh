// What people correct on the pages, as changes (services/changes.hh): the store's part of
// web_app/corrections_api.hh, which says what each of them takes and answers.

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> correction_changes();

}  // namespace waymark::tracker
