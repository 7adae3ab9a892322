// What people correct of stored positions: they hide some, show them again, delete some for good,
// and put speeds right that were read in a wrong unit.
//
// A hidden fix moves from the table `fix` into another, with all that is known of it. So whoever
// reads positions, today or in a year, leaves it out without knowing of it; backups have it,
// hidden. Of a deleted fix its time stays and 16 bits made of its place (store/fix_row.hh): enough
// to know it again when the phone sends it once more, too little to say where it was. That is about
// a third of what the fix took, so deleting never makes the file grow.
//
// A correction of a million fixes is many steps, each a transaction of some ten milliseconds, so
// that phones need not wait. How far it is stands in its row and is written with each step: one
// that is interrupted goes on where it was, and no fix is changed twice. One correction of a device
// at a time; the next waits until it is done.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/connection.hh"
#include "store/correction.hh"
#include "store/fix_row.hh"

namespace waymark::tracker {

// Throws UsageError for what a person must correct, StoreError. What writes expects a transaction
// of its caller.
class Corrections {
  public:
    explicit Corrections(Connection& connection) : connection_(connection) {}

    // Begins one, and gives its number; go_on() does it.
    std::int64_t begin(CorrectionKind kind, const FixChoice& choice, std::string_view by,
                       UnixMillis now);
    // The same of speeds that were read as one unit and are another. Of the fixes in the choice it
    // takes those that came before the device's unit was set, or before now if it never was.
    std::int64_t begin_speeds(const FixChoice& choice, SpeedUnit read_as, SpeedUnit sent_as,
                              std::string_view by, UnixMillis now);
    // Of some fixes, all at once. To a correction that is done already others can be added. Of one
    // that is gone, as it met nothing or has deleted, the number is 0.
    Correction take(CorrectionKind kind, DeviceNumber device, std::span<const FixKey> keys,
                    std::string_view by, UnixMillis now, std::int64_t add_to = 0);
    static constexpr std::size_t kMostKeys = 64;

    // Begins to undo it: what is hidden is shown again, speeds are what they were to within 2 mm/s.
    // Speeds must be done before.
    void begin_undo(std::int64_t number);
    // Begins to delete what is hidden.
    void begin_deleting(std::int64_t number);

    // Does a step. Nothing when all of it is undone or deleted: its row is gone then too.
    std::optional<Correction> go_on(std::int64_t number);
    static constexpr int kAtOnce = 2000;  // fixes that a step looks at

    // How the device's speeds are read from now on.
    void set_unit(DeviceNumber device, SpeedUnit unit);
    struct UnitOf {
        SpeedUnit unit = SpeedUnit::protocol_default;
        std::int64_t since = 0;  // fixes of later commits were read so; 0: all of them
    };
    UnitOf unit(DeviceNumber device);
    // The newest valid fixes that are not later than `latest`, of commits after `since`; the newest
    // first.
    std::vector<Fix> newest(DeviceNumber device, UnixMillis latest, std::int64_t since, int most);

    // Whether anything of any device is hidden, or was deleted.
    bool any();
    Correction get(std::int64_t number);
    // One of another device is answered as one that is not there: its device may be hidden from
    // whoever asks.
    Correction get_of(DeviceNumber device, std::int64_t number);
    // The newest first, with numbers below `below` (0: all).
    std::vector<Correction> list(DeviceNumber device, int most, std::int64_t below = 0);
    // Fixes in the choice that are not hidden. Reads all of them.
    std::int64_t count(const FixChoice& choice);
    // The first of them with a key above `after`.
    std::vector<StoredFix> fixes(const FixChoice& choice, const std::optional<FixKey>& after,
                                 int most);
    // The oldest of those that it hides.
    std::vector<StoredFix> hidden(std::int64_t number, int most);

    // Of a device that is removed: deletes some rows, and says whether there are more.
    bool forget_some(DeviceNumber device, int at_most);

    // More of them are refused: a list that nobody can read any more helps nobody.
    static constexpr std::int64_t kMostOfADevice = 1000;

  private:
    Connection& connection_;
};

}  // namespace waymark::tracker
