#include "store/reader.hh"

#include <fmt/core.h>

#include "store/open_database.hh"
#include "store/trip_corrections.hh"

namespace waymark::tracker {
namespace {

// Of one device, from a time to before another: a range of the table's key.
std::string select_range(std::string_view columns, std::string_view rest) {
    return fmt::format("SELECT {} FROM fix WHERE device = ?1 AND time_ms >= ?2 AND time_ms < ?3 {}",
                       columns, rest);
}

// Resets a statement however its use ends: one that is not reset keeps its snapshot, and the log
// cannot be emptied.
class Use {
  public:
    explicit Use(Statement& statement) : statement_(statement) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { statement_.reset(); }

  private:
    Statement& statement_;
};

}  // namespace

Reader::Reader(const std::string& path)
    : connection_(open_for_reading(path)),
      last_fix_(connection_, fmt::format("SELECT {} FROM fix WHERE device = ?1 AND valid <> 0 "
                                         "AND time_ms <= ?2 ORDER BY time_ms DESC LIMIT 1",
                                         kFixColumns)),
      time_before_(connection_,
                   "SELECT time_ms FROM fix WHERE device = ?1 AND valid <> 0 AND time_ms < ?2 "
                   "ORDER BY time_ms DESC LIMIT 1 OFFSET ?3"),
      track_(connection_, select_range(kFixColumns, "ORDER BY time_ms")),
      track_points_(connection_,
                    select_range(kTrackPointColumns, "AND valid <> 0 ORDER BY time_ms")),
      seen_points_(connection_, select_range(kSeenPointColumns, "AND valid <> 0 ORDER BY time_ms")),
      first_time_(connection_,
                  "SELECT time_ms FROM fix WHERE device = ?1 AND time_ms >= ?2 "
                  "AND valid <> 0 ORDER BY time_ms LIMIT 1"),
      count_(connection_, fmt::format("SELECT count(*) FROM ({}) AS counted",
                                      select_range("1", "AND valid <> 0 LIMIT ?4"))),
      battery_(connection_, "SELECT battery_per_mille FROM device_state WHERE device = ?1"),
      sequence_(connection_, connection_.is_sqlite()
                                 ? "SELECT sequence FROM last_commit"
                                 : "SELECT coalesce(max(sequence), 0) FROM writer") {
    for (Statement* const all : {&track_, &track_points_, &seen_points_}) all->read_row_by_row();
}

std::vector<Device> Reader::devices() {
    return Devices(connection_).list();
}

std::vector<Account> Reader::accounts() {
    return Accounts(connection_).list();
}

std::vector<ShareLink> Reader::share_links() {
    return ShareLinks(connection_).list();
}

std::vector<Session> Reader::sessions() {
    return Sessions(connection_).list();
}

std::vector<AuditEntry> Reader::audit(int most, std::int64_t below) {
    return AuditLog(connection_).list(most, below);
}

std::optional<StoredFix> Reader::last_fix(DeviceNumber device, UnixMillis latest) {
    const Use use(last_fix_);
    last_fix_.bind(1, device);
    last_fix_.bind(2, latest);
    if (!last_fix_.step()) return std::nullopt;
    StoredFix stored;
    read_fix_row(last_fix_, stored);
    return stored;
}

std::optional<UnixMillis> Reader::time_before(DeviceNumber device, UnixMillis before,
                                              std::size_t place) {
    const Use use(time_before_);
    time_before_.bind(1, device);
    time_before_.bind(2, before);
    time_before_.bind(3, static_cast<std::int64_t>(place) - 1);
    if (!time_before_.step()) return std::nullopt;
    return time_before_.integer(0);
}

void Reader::track(DeviceNumber device, UnixMillis from, UnixMillis to,
                   const std::function<bool(const StoredFix&)>& each) {
    const Use use(track_);
    track_.bind(1, device);
    track_.bind(2, from);
    track_.bind(3, to);
    StoredFix stored;
    while (track_.step()) {
        read_fix_row(track_, stored);
        if (!each(stored)) return;
    }
}

void Reader::track_points(DeviceNumber device, UnixMillis from, UnixMillis to,
                          const std::function<bool(const TrackPoint&)>& each) {
    const Use use(track_points_);
    track_points_.bind(1, device);
    track_points_.bind(2, from);
    track_points_.bind(3, to);
    while (track_points_.step())
        if (!each(read_track_point(track_points_))) return;
}

void Reader::seen_points(DeviceNumber device, UnixMillis from, UnixMillis to,
                         const std::function<bool(const SeenPoint&)>& each) {
    const Use use(seen_points_);
    seen_points_.bind(1, device);
    seen_points_.bind(2, from);
    seen_points_.bind(3, to);
    while (seen_points_.step())
        if (!each(read_seen_point(seen_points_))) return;
}

std::vector<SegmentCorrection> Reader::trip_corrections(DeviceNumber device, UnixMillis from,
                                                        UnixMillis to) {
    return TripCorrections(connection_).list(device, from, to);
}

std::vector<NamedPlace> Reader::places() {
    return Places(connection_).list();
}

std::optional<UnixMillis> Reader::first_time(DeviceNumber device, UnixMillis from) {
    const Use use(first_time_);
    first_time_.bind(1, device);
    first_time_.bind(2, from);
    if (!first_time_.step()) return std::nullopt;
    return first_time_.integer(0);
}

std::int64_t Reader::count(DeviceNumber device, UnixMillis from, UnixMillis to, std::int64_t most) {
    const Use use(count_);
    count_.bind(1, device);
    count_.bind(2, from);
    count_.bind(3, to);
    count_.bind(4, most);
    return count_.step() ? count_.integer(0) : 0;
}

std::vector<QuarantineRow> Reader::quarantine(const QuarantineChoice& choice, int most,
                                              std::int64_t below) {
    return Quarantine(connection_).list(choice, most, below);
}

std::optional<float> Reader::battery_percent(DeviceNumber device) {
    const Use use(battery_);
    battery_.bind(1, device);
    if (!battery_.step()) return std::nullopt;
    return from_per_mille(battery_.integer_if(0));
}

std::int64_t Reader::count_fixes(DeviceNumber device) {
    Statement count(connection_, "SELECT count(*) FROM fix WHERE device = ?1");
    count.bind(1, device);
    return count.step() ? count.integer(0) : 0;
}

std::vector<Friendship> Reader::friendships() {
    return read_friendships(connection_);
}

std::int64_t Reader::sequence() {
    const Use use(sequence_);
    return sequence_.step() ? sequence_.integer(0) : 0;
}

}  // namespace waymark::tracker
