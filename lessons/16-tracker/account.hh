// Who may use the pages: numbers, roles and what a person may see, as the store keeps them and the
// web app goes by them.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fix.hh"

namespace waymark::tracker {

// The row number of an account in the store; 0 is no account.
using UserNumber = std::uint32_t;

// The numbers are stored: never reuse one.
enum class Role : std::uint8_t {
    member = 1,  // sees what is shared with them
    admin = 2,   // sees and changes everything
};

// "admin", "member".
std::string_view to_text(Role role);
// Nothing for any other word.
std::optional<Role> parse_role(std::string_view text);

// What a member may do with one device: see it; and change its name and its points, or not.
struct DeviceGrant {
    DeviceNumber device = 0;
    bool may_change = false;

    friend bool operator==(const DeviceGrant&, const DeviceGrant&) = default;
};

}  // namespace waymark::tracker
