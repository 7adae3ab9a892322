// Reads positions beside the writer, for the web app: a connection of its own, read only, which
// neither waits for the writer nor makes it wait (WAL). Each call sees one state of the database.
// As every connection it is opened in the process that uses it, and is for one thread.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/accounts.hh"
#include "store/audit_log.hh"
#include "store/connection.hh"
#include "store/corrections.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/fix_row.hh"
#include "store/place_events.hh"
#include "store/places.hh"
#include "store/quarantine.hh"
#include "store/retention.hh"
#include "store/sessions.hh"
#include "store/share_links.hh"
#include "store/thinning.hh"
#include "store/web_hooks.hh"
#include "trips/segment_corrections.hh"

namespace waymark::tracker {

class Reader {
  public:
    // Throws UsageError if the file is not there or not ours, StoreError.
    explicit Reader(const std::string& path);

    std::vector<Device> devices();
    std::vector<Account> accounts();
    std::vector<Session> sessions();
    std::vector<ShareLink> share_links();
    // The newest first, with numbers below `below` (0: all).
    std::vector<AuditEntry> audit(int most, std::int64_t below = 0);
    // The newest fix that is valid and not later than `latest`; found by the key, without reading
    // the track.
    std::optional<StoredFix> last_fix(DeviceNumber device, UnixMillis latest);
    // Of the valid fixes before that, the newest first, the time of the one at this place, from 1
    // on.
    std::optional<UnixMillis> time_before(DeviceNumber device, UnixMillis before,
                                          std::size_t place);
    // Fixes with from <= time < to, oldest first. The fix is valid during the call only; the
    // callback returns false to end.
    void track(DeviceNumber device, UnixMillis from, UnixMillis to,
               const std::function<bool(const StoredFix&)>& each);
    // The same of the valid fixes, and of these only what is drawn.
    void track_points(DeviceNumber device, UnixMillis from, UnixMillis to,
                      const std::function<bool(const TrackPoint&)>& each);
    // The time of the first valid fix that is not before `from`; found by the key.
    std::optional<UnixMillis> first_time(DeviceNumber device, UnixMillis from);
    // How many valid fixes there are with from <= time < to; at most `most` are counted.
    std::int64_t count(DeviceNumber device, UnixMillis from, UnixMillis to, std::int64_t most);
    // The newest first, with numbers below `below` (0: all).
    std::vector<QuarantineRow> quarantine(const QuarantineChoice& choice, int most,
                                          std::int64_t below = 0);
    std::int64_t quarantine_bytes() { return Quarantine(connection_).bytes(); }
    // To look at; nothing of it that writes will do.
    Corrections corrections() { return Corrections(connection_); }
    // Of the valid fixes what trips and stays are found from; as track_points() otherwise.
    void seen_points(DeviceNumber device, UnixMillis from, UnixMillis to,
                     const std::function<bool(const SeenPoint&)>& each);
    // What people said of the trips, and the places that have a name.
    std::vector<SegmentCorrection> trip_corrections(DeviceNumber device, UnixMillis from,
                                                    UnixMillis to);
    std::vector<NamedPlace> places();
    // As PlaceEvents::list().
    std::vector<PlaceEvent> place_events(const std::function<bool(DeviceNumber)>& may_see,
                                         std::size_t most, std::int64_t below) {
        return PlaceEvents(connection_).list(may_see, most, below);
    }
    std::vector<WebHook> web_hooks(UserNumber by) { return WebHooks(connection_).list(by); }
    std::optional<float> battery_percent(DeviceNumber device);
    // All fixes of the device. Reads its part of the table: a second for ten million.
    std::int64_t count_fixes(DeviceNumber device);
    // Reads as much.
    Retention::Preview retention_preview(DeviceNumber device, int days, UnixMillis now) {
        return Retention(connection_).preview(device, days, now);
    }
    std::map<DeviceNumber, ThinningRule> thinning_rules() { return Thinning(connection_).rules(); }
    // Reads all that is old enough.
    Thinning::Preview thinning_preview(DeviceNumber device, const ThinningRule& rule,
                                       UnixMillis now) {
        return Thinning(connection_).preview(device, rule, now);
    }
    std::vector<Friendship> friendships();
    bool is_sqlite() const { return connection_.is_sqlite(); }
    // Of the newest commit that stored a fix.
    std::int64_t sequence();

  private:
    Connection connection_;
    Statement last_fix_, time_before_, track_, track_points_, seen_points_, first_time_, count_,
        battery_, sequence_;
};

}  // namespace waymark::tracker
