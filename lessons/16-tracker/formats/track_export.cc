#include "formats/track_export.hh"

#include <utility>

#include "protocols/time_text.hh"

namespace waymark::tracker {

bool TrackExport::add_slice(Reader& reader, std::string& out) {
    if (!std::exchange(has_begun_, true)) writer_->begin(out, choice_.name);
    std::int64_t rows = 0;
    UnixMillis last_ms = 0;
    bool is_done = true;
    reader.track(choice_.device, choice_.from, choice_.to, [&](const StoredFix& stored) {
        // The next slice begins by a time, so this one ends between two of them.
        is_done = rows < kSlice || stored.fix.time_ms == last_ms;
        if (!is_done) {
            choice_.from = stored.fix.time_ms;
            return false;
        }
        ++rows;
        last_ms = stored.fix.time_ms;
        if (!stored.fix.valid) return true;
        writer_->add(out, stored.fix);
        ++written_;
        return true;
    });
    if (is_done) writer_->end(out);
    return !is_done;
}

std::string name_of_export(const TrackFormat& format, const std::string& device, UnixMillis from) {
    std::string name;
    for (const char c : device.substr(0, 64)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        name += is_plain ? c : '-';
    }
    if (name.empty() || name.front() == '.') name = "device" + name;
    if (from > 0) name += "-" + format_time(from).substr(0, 10);
    return name + "." + std::string(format.name);
}

}  // namespace waymark::tracker
