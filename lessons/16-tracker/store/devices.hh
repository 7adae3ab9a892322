// The devices in the database: what the commands `tracker device ...` do. Names and identifiers
// are what people and apps choose; a number is ours and never used twice.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "memory_directory.hh"
#include "store/connection.hh"

namespace waymark::tracker {

struct Device {
    DeviceNumber number = 0;
    std::string name;
    SpeedUnit speed_unit = SpeedUnit::protocol_default;
    std::vector<std::string> identifiers;
    UnixMillis created_ms = 0;
    bool has_token = false;
    std::optional<UnixMillis> last_seen_ms;
    std::optional<std::int64_t> keep_days;  // its positions; nothing: for ever (store/retention)
};

struct NewDevice {
    std::string name;
    std::vector<std::string> identifiers;
    std::optional<std::string> token;  // none: nobody can send by token
    SpeedUnit speed_unit = SpeedUnit::protocol_default;
    std::optional<BoxKey> box_key = {};
};

// All of these throw UsageError for what a person must correct: a name that is taken or not
// allowed, a device that is not there.
class Devices {
  public:
    explicit Devices(Connection& connection) : connection_(connection) {}

    // All of them or none.
    void add(const std::vector<NewDevice>& devices, UnixMillis now);
    std::vector<Device> list();
    bool has(std::string_view name);
    DeviceNumber number_of(std::string_view name);
    void rename(DeviceNumber device, std::string_view name);
    // The old token is refused from now on.
    void set_token(std::string_view name, std::string_view token);
    // With which OwnTracks encrypts what this device sends; nothing: it does not.
    void set_box_key(std::string_view name, const std::optional<BoxKey>& key);
    // Whether `viewer` may see where `seen` is, in its app.
    void share(std::string_view viewer, std::string_view seen, bool may_see);
    std::int64_t count_fixes(std::string_view name);
    // With all its fixes. In steps, so that the server can store in between
    // (store/device_edits.hh).
    void remove(std::string_view name, UnixMillis now);

  private:
    void add_one(const NewDevice& device, UnixMillis now);
    void refuse_taken(const NewDevice& device);

    Connection& connection_;
};

std::vector<DirectoryEntry> read_directory(Connection& connection);
// Of all whom another device may see, where they were last, as far as `latest`.
std::vector<LastPlace> read_last_places(Connection& connection, UnixMillis latest);

// Throws UsageError unless the name has 1 to 64 bytes of UTF-8 without control characters, and no
// space at either end.
void check_device_name(std::string_view name);

// 1 to 128 bytes, as check_device_name() otherwise.
void check_identifier(std::string_view identifier);

// The key that OwnTracks makes of a pass phrase: 1 to 32 bytes, filled up with zeros. Throws
// UsageError for another length.
BoxKey box_key_of(std::string_view phrase);

std::string_view to_text(SpeedUnit unit);
// Nothing for a unit that is not one of: default, knots, kmh, mps, mph.
std::optional<SpeedUnit> parse_speed_unit(std::string_view text);

}  // namespace waymark::tracker
