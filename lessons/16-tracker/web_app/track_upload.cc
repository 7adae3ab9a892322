#include "web_app/track_upload.hh"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocols/extras.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

constexpr std::size_t kMostReasonsTold = 10;

}  // namespace

TrackUpload::TrackUpload(UserNumber its_user, DeviceNumber its_device,
                         const TrackFormat* its_format, UnixMillis now, UnixMillis oldest)
    : user(its_user), device(its_device), points(now, oldest), named_format(its_format) {
    if (its_format != nullptr)
        named = its_format->make_reader(points);
    else
        recognising = std::make_unique<RecognisingReader>(points);
}

std::string TrackUpload::to_json(bool is_done, std::string_view error) const {
    std::string text = fmt::format(R"({{"upload":{},"at":{},"format":)", id, at);
    if (format() != nullptr)
        append_json_string(text, format()->words);
    else
        text += "null";
    text += fmt::format(R"(,"read":{},"stored":{},"already":{},"refused":[)", points.read(), stored,
                        already);
    const auto& refusals = points.refusals();
    for (std::size_t i = 0; i < std::min(refusals.size(), kMostReasonsTold); ++i) {
        text += fmt::format(R"({}{{"count":{},"words":)", i == 0 ? "" : ",", refusals[i].count);
        append_json_string(text, words_of_refusal(refusals[i].reason));
        text += fmt::format(R"(,"line":{}}})", refusals[i].first_line);
    }
    text += fmt::format(R"(],"done":{})", is_done);
    if (!error.empty()) {
        text += ",\"error\":";
        append_json_string(text, error);
    }
    return text + "}";
}

TrackUploads::TrackUploads(net::EventLoop& loop)
    : loop_(loop), timer_(loop.timers(), [this] { forget_idle(); }) {}

std::shared_ptr<TrackUpload> TrackUploads::begin(UserNumber user, DeviceNumber device,
                                                 const TrackFormat* format, UnixMillis oldest) {
    if (!make_room_for(user) || is_full()) return nullptr;
    auto upload = std::make_shared<TrackUpload>(user, device, format, unix_now(), oldest);
    upload->id = ++last_id_;
    all_.emplace(upload->id, upload);
    note(*upload);
    return upload;
}

bool TrackUploads::make_room_for(UserNumber user) {
    std::size_t count = 0;
    auto rests = all_.end();
    for (auto each = all_.begin(); each != all_.end(); ++each) {
        if (each->second->user != user || each->second->is_over) continue;
        ++count;
        const bool is_older = rests == all_.end() || each->second->until < rests->second->until;
        if (!each->second->is_busy && is_older) rests = each;
    }
    if (count < kMostOfOne) return true;
    if (rests == all_.end()) return false;
    all_.erase(rests);
    return true;
}

bool TrackUploads::is_full() const {
    const auto count =
        std::ranges::count_if(all_, [](const auto& each) { return !each.second->is_over; });
    return static_cast<std::size_t>(count) >= kMostAtOnce;
}

void TrackUploads::end(TrackUpload& upload) {
    upload.is_over = true;
    upload.named_format = upload.format();
    upload.recognising.reset();
    upload.named.reset();
    upload.points.waiting() = {};
    std::size_t count = 0;
    for (auto each = all_.end(); each != all_.begin();) {
        --each;  // the newest first
        if (!each->second->is_over || each->second->user != upload.user) continue;
        if (++count > kMostOfOne) each = all_.erase(each);
    }
}

std::shared_ptr<TrackUpload> TrackUploads::find(std::uint64_t id, UserNumber user,
                                                DeviceNumber device) const {
    const auto found = all_.find(id);
    if (found == all_.end() || found->second->user != user || found->second->device != device)
        return nullptr;
    return found->second;
}

void TrackUploads::note(TrackUpload& upload) {
    upload.until = daemon::Deadline::after(kPatience, loop_.now());
    if (!timer_.is_set()) timer_.set(upload.until);
}

void TrackUploads::forget_idle() {
    const daemon::Deadline now(loop_.now());
    for (auto each = all_.begin(); each != all_.end();) {
        const TrackUpload& upload = *each->second;
        const bool is_over = !upload.is_busy && upload.until <= now;
        each = is_over ? all_.erase(each) : std::next(each);
    }
    if (!all_.empty()) timer_.set(daemon::Deadline::after(kPatience, loop_.now()));
}

}  // namespace waymark::tracker
