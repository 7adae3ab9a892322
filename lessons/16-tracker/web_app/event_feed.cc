#include "web_app/event_feed.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "net/http/event_stream.hh"
#include "web_app/json_numbers.hh"

namespace waymark::tracker {

namespace {

// [device, time_ms, lat, lon, speed_mps, course_deg, altitude_m, accuracy_m, battery_percent]
void append_row(std::string& out, const Fix& fix) {
    out += '[';
    append_integer(out, fix.device);
    out += ',';
    append_integer(out, fix.time_ms);
    out += ',';
    append_degrees(out, fix.latitude_e7);
    out += ',';
    append_degrees(out, fix.longitude_e7);
    for (const std::optional<float>& number :
         {fix.speed_mps, fix.course_deg, fix.altitude_m, fix.accuracy_m, fix.battery_percent}) {
        out += ',';
        append_number(out, number);
    }
    out += ']';
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

}  // namespace

std::string new_epoch() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return fmt::format("{:x}", std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

EventFeed::EventFeed(std::string epoch, std::size_t most_bytes)
    : epoch_(std::move(epoch)), most_bytes_(most_bytes) {}

void EventFeed::add(const Stored& stored, UnixMillis now) {
    // The store has another database than before.
    if (is_following() && stored.sequence < newest_.sequence) break_off();
    if (!stored.fixes.empty()) {
        append(stored, now);
        trim();
    } else if (!is_following() || stored.sequence > newest_.sequence) {
        pause();
        begin_ = newest_ = {stored.sequence, FeedPlace::kWhole};
    }
}

void EventFeed::append(const Stored& stored, UnixMillis now) {
    const bool goes_on =
        is_following() && stored.sequence == newest_.sequence && newest_.part != FeedPlace::kWhole;
    const bool follows = is_following() && stored.sequence == newest_.sequence + 1;
    if (!goes_on && !follows) {
        pause();
        begin_ = {stored.sequence - 1, FeedPlace::kWhole};
    }
    newest_ = {stored.sequence, goes_on ? newest_.part + 1 : 1};

    Entry entry{newest_, {}, {}};
    std::string rows;
    for (const Fix& fix : stored.fixes) {
        if (!fix.valid || fix.time_ms > now + kClockError) continue;
        rows += rows.empty() ? '[' : ',';
        const auto begin = static_cast<std::uint32_t>(rows.size());
        append_row(rows, fix);
        entry.rows.push_back({fix.device, begin, static_cast<std::uint32_t>(rows.size())});
        note_newest(fix);
    }
    if (rows.empty()) return;
    rows += ']';
    net::http::append_event(entry.event, {id_of(newest_), "fixes", rows});
    const auto head = static_cast<std::uint32_t>(entry.event.find(rows));
    for (Row& row : entry.rows) {
        row.begin += head;
        row.end += head;
    }
    bytes_ += entry.bytes();
    ring_.push_back(std::move(entry));
}

void EventFeed::note_newest(const Fix& fix) {
    const auto known = newest_fixes_.find(fix.device);
    if (known != newest_fixes_.end() && known->second.time_ms > fix.time_ms) return;
    Fix newest = fix;
    newest.extras = std::string();
    newest_fixes_.insert_or_assign(fix.device, std::move(newest));
}

void EventFeed::trim() {
    while (bytes_ > most_bytes_) {
        begin_ = ring_.front().place;
        bytes_ -= ring_.front().bytes();
        ring_.pop_front();
    }
}

void EventFeed::pause() {
    ring_.clear();
    bytes_ = 0;
    begin_.reset();
}

void EventFeed::break_off() {
    pause();
    newest_fixes_.clear();
    ++breaks_;
}

EventFeed::Read EventFeed::read(Cursor& cursor, const Viewer& viewer, std::string& out,
                                std::size_t enough) const {
    if (!is_following()) return Read::nothing;
    if (cursor.breaks != breaks_ || cursor.place < *begin_) {
        cursor = cursor_at(newest_);
        return Read::missed;
    }
    const auto is_before = [](const FeedPlace& place, const Entry& entry) {
        return place < entry.place;
    };
    auto entry = std::upper_bound(ring_.begin(), ring_.end(), cursor.place, is_before);
    if (entry == ring_.end()) return Read::nothing;
    bool ends_with_event = true;
    for (; entry != ring_.end() && out.size() < enough; ++entry) {
        ends_with_event = append_visible(*entry, viewer, out);
        cursor.place = entry->place;
    }
    if (!ends_with_event) out += "id: " + id_of(cursor.place) + "\n\n";
    return Read::events;
}

bool EventFeed::append_visible(const Entry& entry, const Viewer& viewer, std::string& out) const {
    if (viewer.is_admin()) {
        out += entry.event;
        return true;
    }
    std::string rows;
    for (const Row& row : entry.rows) {
        if (!viewer.may_see(row.device)) continue;
        rows += rows.empty() ? '[' : ',';
        rows.append(entry.event, row.begin, row.end - row.begin);
    }
    if (rows.empty()) return false;
    rows += ']';
    net::http::append_event(out, {id_of(entry.place), "fixes", rows});
    return true;
}

void EventFeed::write_newest(const Viewer& viewer, std::string& out) const {
    std::string rows;
    for (const auto& [device, fix] : newest_fixes_) {
        if (!viewer.may_see(device)) continue;
        rows += rows.empty() ? '[' : ',';
        append_row(rows, fix);
    }
    if (rows.empty()) return;
    rows += ']';
    net::http::append_event(out, {{}, "fixes", rows});
}

std::string EventFeed::id_of(FeedPlace place) const {
    std::string id = epoch_ + '-' + std::to_string(place.sequence);
    if (place.part != FeedPlace::kWhole) id += '-' + std::to_string(place.part);
    return id;
}

std::optional<FeedPlace> EventFeed::parse_id(std::string_view id) const {
    if (!id.starts_with(epoch_)) return std::nullopt;
    id.remove_prefix(epoch_.size());
    FeedPlace place;
    if (!id.starts_with('-')) return std::nullopt;
    id.remove_prefix(1);
    if (!take_number(id, place.sequence)) return std::nullopt;
    if (id.empty()) return place;
    if (!id.starts_with('-')) return std::nullopt;
    id.remove_prefix(1);
    if (!take_number(id, place.part) || !id.empty()) return std::nullopt;
    return place;
}

}  // namespace waymark::tracker
