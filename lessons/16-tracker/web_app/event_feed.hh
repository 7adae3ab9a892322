// What browsers hear live: the announcements of the store, as the text of server-sent events, the
// newest of them kept in a bounded ring. A viewer holds a cursor and reads what comes after it, as
// fast as it can; nothing is queued for it. So a break of the line costs nothing (it comes again
// with the id that it saw last), and a viewer that is too slow costs nothing either: once the ring
// has moved past its cursor it gets the newest fix of each device, and is told that the trails have
// holes.
//
// Places in the feed are commits of the store. Commits that store fixes are numbered without gaps,
// so a number that is passed over shows that announcements were lost, also while nobody listened.
//
// No socket, no clock, no thread.

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fix.hh"
#include "services/messages.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// After a part of a commit; a large commit is announced in several parts.
struct FeedPlace {
    static constexpr std::uint32_t kWhole = UINT32_MAX;

    std::uint64_t sequence = 0;
    std::uint32_t part = kWhole;

    friend auto operator<=>(const FeedPlace&, const FeedPlace&) = default;
};

// Of the time of the call: what a viewer holds of another start is told from ours.
std::string new_epoch();

class EventFeed {
  public:
    struct Cursor {
        FeedPlace place;
        std::uint64_t breaks = 0;
    };

    // Ids begin with `epoch`, another one for each start of the server, without '-'. The ring keeps
    // up to `most_bytes` of events.
    explicit EventFeed(std::string epoch, std::size_t most_bytes = std::size_t{1} << 20);

    // Takes an announcement at the time `now`. One without fixes says that all commits after its
    // own will be announced. Fixes ahead of `now` by more than a clock's error are passed over.
    void add(const Stored& stored, UnixMillis now);
    // Announcements stop, or stopped for a while: what comes next need not follow what is here.
    void pause();
    // Announcements were lost, or what was announced is not stored any more: it is told to nobody
    // from here on. All cursors that are out will hear of it.
    void break_off();

    // Whether it is known which commit the announcements follow; before that nobody gets anything.
    bool is_following() const { return begin_.has_value(); }
    FeedPlace newest() const { return newest_; }

    // For one who knows everything up to `place`.
    Cursor cursor_at(FeedPlace place) const { return {place, breaks_}; }

    enum class Read {
        nothing,  // nothing new
        events,   // some were appended; there may be more
        missed,   // what followed the cursor is gone; the cursor is at the newest place now
    };
    // Appends events to `out`, until it is at least `enough` bytes long, and moves the cursor. Of
    // devices that the viewer may not see there are no rows; where nothing is left of what was
    // read, only its id, to come back with.
    Read read(Cursor& cursor, const Viewer& viewer, std::string& out, std::size_t enough) const;
    // Appends an event with the newest fix of each device that was announced since the start, or
    // since the last break, and that the viewer may see.
    void write_newest(const Viewer& viewer, std::string& out) const;

    std::string id_of(FeedPlace place) const;
    // Nothing for a text that is no id, or one of another epoch.
    std::optional<FeedPlace> parse_id(std::string_view id) const;

  private:
    // Where a device's row is in an event.
    struct Row {
        DeviceNumber device;
        std::uint32_t begin, end;
    };
    struct Entry {
        FeedPlace place;
        std::string event;
        std::vector<Row> rows;

        std::size_t bytes() const { return event.size() + rows.size() * sizeof(Row); }
    };

    void append(const Stored& stored, UnixMillis now);
    // The rows of it that the viewer may see, as an event; false if there are none.
    bool append_visible(const Entry& entry, const Viewer& viewer, std::string& out) const;
    void note_newest(const Fix& fix);
    void trim();

    std::string epoch_;
    std::size_t most_bytes_;
    std::deque<Entry> ring_;  // by place
    std::size_t bytes_ = 0;
    // All that was announced after it is in the ring.
    std::optional<FeedPlace> begin_;
    FeedPlace newest_{0, FeedPlace::kWhole};
    std::uint64_t breaks_ = 0;
    std::unordered_map<DeviceNumber, Fix> newest_fixes_;
};

}  // namespace waymark::tracker
