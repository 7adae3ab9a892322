#include "store/place_watch.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

#include "daemon/error.hh"
#include "store/engine.hh"
#include "store/sequence.hh"

namespace waymark::tracker {

namespace {

constexpr double kDegreesPerE7 = 1e-7;
constexpr double kFarNorthM = 3'000;  // beyond the place: who is not there need not be measured
constexpr double kMetresPerDegree = 111'000;  // at least

constexpr std::string_view kRemembered =
    "SELECT 0, device, edit, 0 FROM place_watch WHERE device = ANY (CAST(?1 AS bigint[])) "
    "UNION ALL "
    "SELECT 1, device, place, state FROM presence WHERE device = ANY (CAST(?1 AS bigint[]))";
// The newest fix of each, and none of this transaction, whose fixes are there already.
constexpr const char* kNewestOfAll =
    " UNION ALL SELECT 2, d.device, ("
    "SELECT time_ms FROM fix WHERE fix.device = d.device AND time_ms <= ?2 AND valid <> 0 AND NOT "
    "(writer = ?3 AND sequence = (SELECT w.sequence FROM writer w WHERE w.number = ?3)) "
    "ORDER BY time_ms DESC LIMIT 1), 0 FROM unnest(CAST(?1 AS bigint[])) AS d (device)";
// The same of one.
constexpr const char* kNewestOfOne =
    "SELECT time_ms FROM fix WHERE device = ?1 AND time_ms <= ?2 AND valid <> 0 AND NOT (writer = "
    "?3 AND sequence = ?4) ORDER BY time_ms DESC LIMIT 1";

Place place_of(const SeenPoint& point) {
    return {point.latitude_e7 * kDegreesPerE7, point.longitude_e7 * kDegreesPerE7};
}

}  // namespace

Whereabouts whereabouts(const PlaceArea& area, Place point, std::optional<float> accuracy_m) {
    const double error = accuracy_m && *accuracy_m >= 0 ? static_cast<double>(*accuracy_m)
                                                        : PlaceWatch::kAssumedErrorM;
    const double beyond = area.beyond_border_m(point);
    if (beyond > std::max(error, PlaceWatch::kLeastBandM)) return Whereabouts::without;
    const bool is_too_rough = error > std::max(area.breadth_m(), PlaceWatch::kRoughM);
    if (!is_too_rough && -beyond >= std::min(error, area.breadth_m() / 2))
        return Whereabouts::within;
    return Whereabouts::undecided;
}

// What is written of one device.
class PlaceWatch::Writing {
  public:
    Writing(Connection& connection, UnixMillis now, std::vector<PlaceEvent>& events)
        : connection_(connection), now_(now), events_(events) {}

    void event(const Noted& noted, const Watched& place, Passage kind) {
        PlaceEvent event{.device = noted.device,
                         .place = place.number,
                         .place_name = place.name,
                         .kind = kind,
                         .time_ms = noted.point.time_ms,
                         .noticed_ms = now_};
        event.number = PlaceEvents(connection_).add(event);
        events_.push_back(std::move(event));
    }

    // False if it is not `before` any more: another tracker has heard of the device as well, and
    // was faster. Who passes a border does it once.
    bool presence(DeviceNumber device, std::int64_t place, State before, State after) {
        const bool is_new = before == State::without, is_gone = after == State::without;
        Statement put(connection_,
                      is_new ? "INSERT INTO presence (device, place, state) VALUES (?1, ?2, ?3) ON "
                               "CONFLICT DO NOTHING"
                      : is_gone
                          ? "DELETE FROM presence WHERE device = ?1 AND place = ?2 AND state = ?3"
                          : "UPDATE presence SET state = ?4 WHERE device = ?1 AND place = ?2 AND "
                            "state = ?3");
        put.bind(1, device);
        put.bind(2, place);
        put.bind(3, static_cast<std::int64_t>(is_new ? after : before));
        if (!is_new && !is_gone) put.bind(4, static_cast<std::int64_t>(after));
        put.run();
        return connection_.changed_rows() > 0;
    }

    void looked_at(DeviceNumber device, std::int64_t edit) {
        Statement put(connection_,
                      "INSERT INTO place_watch (device, edit) VALUES (?1, ?2) ON CONFLICT (device) "
                      "DO UPDATE SET edit = excluded.edit");
        put.bind(1, device);
        put.bind(2, edit);
        put.run();
    }

  private:
    Connection& connection_;
    UnixMillis now_;
    std::vector<PlaceEvent>& events_;
};

void PlaceWatch::forget() {
    places_.reset();
    tracks_.clear();
    noted_.clear();
}

void PlaceWatch::note(const Fix& fix, UnixMillis now) {
    if (places_ && places_->empty()) return;
    if (!fix.valid || fix.time_ms > now + kClockError) return;
    noted_.push_back(
        {fix.device, {fix.time_ms, fix.latitude_e7, fix.longitude_e7, fix.accuracy_m}});
}

std::vector<PlaceEvent> PlaceWatch::write(Connection& connection, std::int64_t sequence,
                                          UnixMillis now) {
    std::vector<PlaceEvent> events;
    if (!places_) read_places(connection);
    std::vector<Noted> noted = std::exchange(noted_, {});
    if (places_->empty() || noted.empty()) return events;
    std::stable_sort(noted.begin(), noted.end(), [](const Noted& a, const Noted& b) {
        return std::tie(a.device, a.point.time_ms) < std::tie(b.device, b.point.time_ms);
    });
    if (!connection.is_sqlite()) read_anew(connection, noted, now);
    Writing writing(connection, now, events);
    for (const Noted& each : noted) {
        Track& track = track_of(connection, each.device, sequence, now);
        if (each.point.time_ms <= track.until_ms) continue;
        track.until_ms = each.point.time_ms;
        judge(track, each, writing);
    }
    // What one transaction needs is small; what is remembered between them has a bound.
    if (tracks_.size() > kMostDevices) tracks_.clear();
    noted.clear();
    noted_ = std::move(noted);  // its memory is used again
    return events;
}

// One that was kept and cannot be read any more, which no page can make, is nobody's place.
void PlaceWatch::read_places(Connection& connection) {
    std::vector<Watched> places;
    newest_edit_ = 0;
    std::vector<NamedPlace> stored = Places(connection).list();
    for (NamedPlace& place : stored) {
        newest_edit_ = std::max(newest_edit_, place.edit);
        try {
            PlaceArea area = area_of(place);
            const double reach = (area.radius_m() + kFarNorthM) / kMetresPerDegree;
            const double latitude = area.middle().latitude_deg;
            places.push_back({place.number, place.edit, std::move(place.name), std::move(area),
                              latitude - reach, latitude + reach});
        } catch (const daemon::UsageError&) {
            continue;
        }
    }
    stored_places_ = static_cast<std::int64_t>(stored.size());
    places_ = std::move(places);
}

// Where other trackers write as well, what is remembered may have been overtaken. All that this
// transaction needs is read by two questions, however many devices it has; Citus is asked for each.
void PlaceWatch::read_anew(Connection& connection, const std::vector<Noted>& noted,
                           UnixMillis now) {
    Statement places(connection, "SELECT count(*), coalesce(max(edit), 0) FROM place");
    const bool has_places = places.step();
    if (!has_places || places.integer(0) != stored_places_ || places.integer(1) != newest_edit_)
        read_places(connection);
    tracks_.clear();
    std::string devices;
    for (const Noted& each : noted)
        if (tracks_.try_emplace(each.device).second)
            devices += (devices.empty() ? "{" : ",") + std::to_string(each.device);
    devices += '}';
    const bool one_by_one = connection.behind().has_citus();
    Statement rows(connection, fmt::format("{}{}", kRemembered, one_by_one ? "" : kNewestOfAll));
    rows.bind_text(1, devices);
    if (!one_by_one) rows.bind(2, now + kClockError);
    if (!one_by_one) rows.bind(3, own_writer(connection));
    while (rows.step()) {
        Track& track = tracks_[static_cast<DeviceNumber>(rows.integer(1))];
        if (rows.integer(0) == 0) track.edit = rows.integer(2);
        if (rows.integer(0) == 1)
            track.presences.push_back({rows.integer(2), static_cast<State>(rows.integer(3))});
        if (rows.integer(0) == 2) track.until_ms = rows.integer_if(2).value_or(0);
    }
    if (one_by_one) read_newest(connection, now);
}

void PlaceWatch::read_newest(Connection& connection, UnixMillis now) {
    Statement own(connection, "SELECT sequence FROM writer WHERE number = ?1");
    own.bind(1, own_writer(connection));
    Statement newest(connection, kNewestOfOne);
    newest.bind(2, now + kClockError);
    newest.bind(3, own_writer(connection));
    newest.bind(4, own.step() ? own.integer(0) : 0);
    for (auto& [device, track] : tracks_) {
        newest.bind(1, device);
        if (newest.step()) track.until_ms = newest.integer(0);
        newest.reset();
    }
}

PlaceWatch::Track& PlaceWatch::track_of(Connection& connection, DeviceNumber device,
                                        std::int64_t sequence, UnixMillis now) {
    const auto [place, is_new] = tracks_.try_emplace(device);
    Track& track = place->second;
    if (!is_new) return track;
    // The fixes of this transaction are there already.
    Statement newest(connection,
                     "SELECT time_ms FROM fix WHERE device = ?1 AND time_ms <= ?2 AND valid <> 0 "
                     "AND sequence <= ?3 ORDER BY time_ms DESC LIMIT 1");
    newest.bind(1, device);
    newest.bind(2, now + kClockError);
    newest.bind(3, sequence);
    if (newest.step()) track.until_ms = newest.integer(0);
    Statement known(connection, "SELECT edit FROM place_watch WHERE device = ?1");
    known.bind(1, device);
    if (known.step()) track.edit = known.integer(0);
    Statement rows(connection, "SELECT place, state FROM presence WHERE device = ?1");
    rows.bind(1, device);
    while (rows.step())
        track.presences.push_back({rows.integer(0), static_cast<State>(rows.integer(1))});
    return track;
}

void PlaceWatch::judge(Track& track, const Noted& noted, Writing& writing) {
    const Place point = place_of(noted.point);
    for (const Watched& place : *places_) {
        const State stored = track.state_at(place.number);
        const bool is_far =
            point.latitude_deg < place.south_deg || point.latitude_deg > place.north_deg;
        if (is_far && stored == State::without) continue;
        const State before = place.edit > track.edit ? State::unknown : stored;
        const Whereabouts now = whereabouts(place.area, point, noted.point.accuracy_m);
        const State after = now == Whereabouts::undecided ? before
                            : now == Whereabouts::within  ? State::within
                                                          : State::without;
        if (after == stored) continue;
        track.set(place.number, after);
        if (!writing.presence(noted.device, place.number, stored, after)) continue;
        if (before == State::without && after == State::within)
            writing.event(noted, place, Passage::enter);
        if (before == State::within && after == State::without)
            writing.event(noted, place, Passage::leave);
    }
    if (track.edit >= newest_edit_) return;
    track.edit = newest_edit_;
    writing.looked_at(noted.device, newest_edit_);
}

PlaceWatch::State PlaceWatch::Track::state_at(std::int64_t place) const {
    for (const Presence& presence : presences)
        if (presence.place == place) return presence.state;
    return State::without;
}

void PlaceWatch::Track::set(std::int64_t place, State state) {
    std::erase_if(presences, [place](const Presence& each) { return each.place == place; });
    if (state != State::without) presences.push_back({place, state});
}

}  // namespace waymark::tracker
