// All changes by name. A file with changes declares its own list in its header, and adds it here.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "services/changes.hh"

namespace waymark::tracker {

struct NamedChange {
    std::string_view name;
    Change change;
};

const std::vector<NamedChange>& change_list();

}  // namespace waymark::tracker
