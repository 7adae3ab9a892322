// Who asks, as far as handlers have to know. A device that a viewer may not see does not exist for
// this viewer: it is answered as one that is not there, so nobody learns of it by asking.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "account.hh"

namespace waymark::tracker {

struct Viewer {
    UserNumber user = 0;
    std::string name;
    Role role = Role::member;
    // Of a member, by number; shared, so that a copy for a handler costs no list.
    std::shared_ptr<const std::vector<DeviceGrant>> grants;
    std::int64_t session = 0;  // by which they are known; 0: by none

    bool is_admin() const { return role == Role::admin; }
    bool may_see(DeviceNumber device) const { return is_admin() || grant_of(device) != nullptr; }
    bool may_change(DeviceNumber device) const {
        const DeviceGrant* grant = grant_of(device);
        return is_admin() || (grant != nullptr && grant->may_change);
    }

  private:
    const DeviceGrant* grant_of(DeviceNumber device) const {
        if (!grants) return nullptr;
        const auto found = std::ranges::lower_bound(*grants, device, {}, &DeviceGrant::device);
        return found != grants->end() && found->device == device ? &*found : nullptr;
    }
};

}  // namespace waymark::tracker
