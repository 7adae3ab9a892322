// Finds out who comes to a place and who leaves it, from fixes as they are stored, and writes it in
// the transaction that stores them: an event is on disk if and only if its fix is.
//
// The rule. At a border the receiver's error looks like coming and going. So between within and
// without lies a strip in which nothing is decided, and who is there stays what they were:
//
//   - A fix is within if it lies in the place by as much as its own error (its accuracy), but never
//     by more than half the breadth of the place, or nobody could enter a small one. One whose
//     error is larger than the place, and than kRoughM, cannot say that somebody is within.
//   - A fix is without if it lies outside by more than its own error, and by kLeastBandM at least.
//   - A fix that says nothing of its error has one of kAssumedErrorM.
//
// It does not wait for a second fix that confirms the first: a phone that saves its battery sends
// one when it arrives, and the next one when it leaves. A single fix far off whose own error is
// told much too small is believed, therefore.
//
// The order. What a device did is judged in the order of its fixes' times. Those of one transaction
// are sorted; one that comes later and is older than the newest before it changes nothing, because
// what it could say has been overtaken. A fix that is ahead of the clock (kClockError) decides
// nothing either, or all that is true would come too late after it.
//
// What is first heard of a device since a place is there, or since its border was moved, says where
// the device is, and is no event: nobody has come.
//
// Several trackers on one database (PostgreSQL) may hear of one device at the same time. Who is
// within is a row, and the one of them that makes or deletes that row writes the event.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "store/place_events.hh"
#include "store/places.hh"
#include "trips/segment.hh"

namespace waymark::tracker {

enum class Whereabouts : std::uint8_t { within, without, undecided };

// By the rule above.
Whereabouts whereabouts(const PlaceArea& area, Place point, std::optional<float> accuracy_m);

class PlaceWatch {
  public:
    static constexpr double kRoughM = 100, kLeastBandM = 20, kAssumedErrorM = 25;
    // Of the devices whose state is kept in memory; more are read again.
    static constexpr std::size_t kMostDevices = 20'000;

    // The places, or what is stored, may not be what is remembered: a transaction has failed,
    // somebody else has written. All is read again when it is needed.
    void forget();

    // A fix that was new, of the transaction that goes on.
    void note(const Fix& fix, UnixMillis now);
    bool has_noted() const { return !noted_.empty(); }

    // To be called within the transaction, after its last fix: writes what the fixes that were
    // noted say. `sequence` is that of the commit before. If it throws (StoreError), or the
    // transaction fails afterwards, forget() must be called.
    std::vector<PlaceEvent> write(Connection& connection, std::int64_t sequence, UnixMillis now);

  private:
    struct Noted {
        DeviceNumber device;
        SeenPoint point;
    };
    struct Watched {
        std::int64_t number = 0;
        std::int64_t edit = 0;
        std::string name;
        PlaceArea area;
        double south_deg = 0, north_deg = 0;  // beyond them lies what is far from the place
    };
    // Who is without has no row. The other numbers are stored: never reuse one.
    enum class State : std::uint8_t { without = 0, within = 1, unknown = 2 };
    struct Presence {
        std::int64_t place = 0;
        State state = State::within;
    };
    struct Track {
        UnixMillis until_ms = 0;  // the newest fix that was judged
        std::int64_t edit = -1;   // places that were edited later are unknown to it
        std::vector<Presence> presences;

        State state_at(std::int64_t place) const;
        void set(std::int64_t place, State state);
    };
    class Writing;

    void read_places(Connection& connection);
    void read_anew(Connection& connection, const std::vector<Noted>& noted, UnixMillis now);
    void read_newest(Connection& connection, UnixMillis now);
    Track& track_of(Connection& connection, DeviceNumber device, std::int64_t sequence,
                    UnixMillis now);
    void judge(Track& track, const Noted& noted, Writing& writing);

    std::optional<std::vector<Watched>> places_;
    std::int64_t newest_edit_ = 0, stored_places_ = 0;
    std::unordered_map<DeviceNumber, Track> tracks_;
    std::vector<Noted> noted_;
};

}  // namespace waymark::tracker
