#include "services/change_list.hh"

#include "services/account_changes.hh"
#include "services/correction_changes.hh"
#include "services/device_changes.hh"
#include "services/hook_changes.hh"
#include "services/import_changes.hh"
#include "services/quarantine_changes.hh"
#include "services/share_changes.hh"
#include "services/trip_changes.hh"

namespace waymark::tracker {

const std::vector<NamedChange>& change_list() {
    static const std::vector<NamedChange> list = [] {
        std::vector<NamedChange> all;
        for (const auto& part :
             {account_changes(), correction_changes(), device_changes(), hook_changes(),
              import_changes(), quarantine_changes(), share_changes(), trip_changes()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return list;
}

}  // namespace waymark::tracker
