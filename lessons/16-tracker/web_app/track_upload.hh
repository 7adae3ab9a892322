// Files that people give to the page for import, between their pieces. A file comes as several
// requests: so none of them has to last for minutes, the page knows how far it is, and a piece that
// was lost on the way is sent again. Of the file only what its reader holds is in memory.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "account.hh"
#include "daemon/deadline.hh"
#include "formats/track_formats.hh"
#include "net/event_loop.hh"

namespace waymark::tracker {

struct TrackUpload {
    // `oldest` as ImportedPoints has it.
    TrackUpload(UserNumber its_user, DeviceNumber its_device, const TrackFormat* named,
                UnixMillis now, UnixMillis oldest);
    TrackUpload(const TrackUpload&) = delete;
    TrackUpload& operator=(const TrackUpload&) = delete;

    std::uint64_t id = 0;
    UserNumber user;
    DeviceNumber device;
    const TrackFormat* format() const { return recognising ? recognising->format() : named_format; }
    // {"upload":7,"at":1000,"format":"GPX","read":9,"stored":7,"already":1,"refused":[{"count":1,
    // "words":"no time","line":17}],"done":false,"error":"..."}: "at" are the bytes that were
    // taken, "error" is there if it is not empty.
    std::string to_json(bool is_done, std::string_view error = {}) const;

    ImportedPoints points;
    const TrackFormat* named_format;
    std::unique_ptr<RecognisingReader> recognising;  // or
    std::unique_ptr<TrackReader> named;
    TrackReader& reader() { return named ? *named : *recognising; }

    std::uint64_t at = 0;  // bytes
    std::int64_t stored = 0;
    std::int64_t already = 0;
    bool is_busy = false;  // with a piece
    // The file is at its end, or cannot be read on and why. It is read no more; but what it gave
    // may have to be handed to the store once more, with the next piece.
    bool has_ended = false;
    // All of it is with the store. Who has not heard the answer asks again.
    bool is_over = false;
    std::string problem;
    int problem_status = 0;
    daemon::Deadline until = daemon::Deadline::never();
};

class TrackUploads {
  public:
    // Each may hold what a reader holds: JsonRecords::kLongest, and the fixes in it.
    static constexpr std::size_t kMostAtOnce = 4;
    static constexpr std::size_t kMostOfOne = 2;
    // How long the next piece may take to begin.
    static constexpr std::chrono::minutes kPatience{2};

    explicit TrackUploads(net::EventLoop& loop);

    // Who has kMostOfOne loses the one that rests longest: it was given up, most likely. Null if
    // none rests, or if there are kMostAtOnce.
    std::shared_ptr<TrackUpload> begin(UserNumber user, DeviceNumber device,
                                       const TrackFormat* format, UnixMillis oldest);
    // Null if there is none of that person for that device.
    std::shared_ptr<TrackUpload> find(std::uint64_t id, UserNumber user, DeviceNumber device) const;
    // It has just been heard of.
    void note(TrackUpload& upload);
    // All that is kept of it is what came of it, for kPatience, and of kMostOfOne of a person.
    void end(TrackUpload& upload);

  private:
    bool make_room_for(UserNumber user);
    bool is_full() const;
    void forget_idle();

    net::EventLoop& loop_;
    net::Timer timer_;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, std::shared_ptr<TrackUpload>> all_;
};

}  // namespace waymark::tracker
