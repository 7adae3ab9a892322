// Changes of one device that is there, by its number: what the page of the devices and some of the
// commands `tracker device ...` do. Each is a part of the caller's transaction, so that several of
// them are done all or none.
//
// To remove a device with ten years of positions takes minutes, in which phones must be heard. So
// begin_removal() makes it unknown and invisible at once, and remove_step() deletes some of its
// rows at a time, until none are left; whoever writes the database goes on with that whenever it
// finds one that was begun (store.hh, and the command, which waits for its end).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "store/connection.hh"

namespace waymark::tracker {

// `viewer` may see in its app where `seen` is.
struct Friendship {
    DeviceNumber viewer = 0;
    DeviceNumber seen = 0;
};

// All of these throw UsageError for what a person must correct, as class Devices.
class DeviceEdits {
  public:
    explicit DeviceEdits(Connection& connection) : connection_(connection) {}

    std::string name_of(DeviceNumber device);
    // What it has already may be added again.
    void add_identifier(DeviceNumber device, std::string_view identifier);
    void remove_identifier(DeviceNumber device, std::string_view identifier);
    // The old token is refused from now on.
    void set_token(DeviceNumber device, std::string_view token);
    void share(const Friendship& friendship, bool may_see);

    void begin_removal(DeviceNumber device, UnixMillis now);
    // Rows of devices that are gone: two trackers of an earlier version left such in PostgreSQL
    // when both went on with one removal. How far the look for them is, and how many devices were
    // found.
    struct Leftovers {
        std::size_t table = 0;
        std::int64_t device = 0;
        std::int64_t devices = 0;
        bool is_end() const;
    };
    // Looks at some kLookedAtAtOnce devices more, and begins the removal of what is left of them.
    void look_for(Leftovers& leftovers, UnixMillis now);
    static constexpr int kLookedAtAtOnce = 200;
    // The device whose removal has begun and not ended, if there is one.
    std::optional<DeviceNumber> to_remove();
    // Deletes some kRemovedAtOnce rows of it, in a transaction of its own if the caller has none;
    // true if it is to be called again. At the end the device is gone, with all that any tracker of
    // the database has stored of it.
    bool remove_step(DeviceNumber device);
    static constexpr int kRemovedAtOnce = 10'000;

  private:
    void require_device(DeviceNumber device);
    bool remove_some(DeviceNumber device);
    bool is_row(std::int64_t device);
    void begin_removal_of_leftovers(Leftovers& leftovers, UnixMillis now);

    Connection& connection_;
};

std::vector<Friendship> read_friendships(Connection& connection);

}  // namespace waymark::tracker
