#include "formats/kml_reader.hh"

#include <fmt/core.h>

#include <deque>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "formats/text_fields.hh"
#include "formats/xml_events.hh"

namespace waymark::tracker {

namespace {

// The next number of "11.5 48.1 500" or "11.5,48.1,500".
std::string_view take_number(std::string_view& text) {
    constexpr std::string_view kBetween = " ,\t\r\n";
    const std::size_t begin = text.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return text = {};
    text.remove_prefix(begin);
    const std::string_view number = text.substr(0, text.find_first_of(kBetween));
    text.remove_prefix(number.size());
    return number;
}

void read_coordinates(std::string_view text, ReportedPoint& point) {
    point.longitude_deg = degrees_in(take_number(text));
    point.latitude_deg = degrees_in(take_number(text));
    point.altitude_m = detail_in(take_number(text));
}

// A gx:Track as it comes: times and places are two rows, which are put together in their order.
class GxTrack {
  public:
    explicit GxTrack(ImportedPoints& points) : points_(points) {}

    void begin() {
        whens_.clear();
        waiting_.clear();
        joined_ = sent_ = angles_ = 0;
    }
    void add_when(std::string_view text, std::uint64_t line) {
        if (whens_.size() >= kMostWhens)
            throw daemon::UsageError(
                fmt::format("line {}: more than {} times of a track come before their places", line,
                            kMostWhens));
        ReportedPoint point;
        const std::string_view problem = read_time_into(text, point);
        whens_.push_back({point.time_ms.value_or(0), problem});
        join();
    }
    void add_place(std::string_view text, std::uint64_t line) {
        if (waiting_.size() - joined_ >= kMostWaiting)
            throw daemon::UsageError(
                fmt::format("line {}: more than {} places of a track come before their times", line,
                            kMostWaiting));
        Waiting& waiting = waiting_.emplace_back();
        waiting.line = line;
        read_coordinates(text, waiting.point);
        join();
        if (joined_ > kMostWaiting) give_first();
    }
    void add_angles(std::string_view text) {
        if (Waiting* const waiting = at(angles_++); waiting != nullptr && !text.empty())
            waiting->point.course_deg = detail_in(take_number(text));
    }
    void add_value(std::size_t index, std::optional<double> ReportedPoint::*detail,
                   std::string_view text) {
        if (Waiting* const waiting = at(index)) waiting->point.*detail = detail_in(text);
    }
    void end() {
        while (!waiting_.empty()) give_first();
        whens_.clear();
    }

  private:
    struct When {
        UnixMillis time_ms;
        std::string_view problem;
    };
    struct Waiting {
        ReportedPoint point;
        std::uint64_t line = 0;
        std::string_view problem = "missing_time";
    };

    Waiting* at(std::size_t index) {
        if (index < sent_ || index - sent_ >= waiting_.size()) return nullptr;
        return &waiting_[index - sent_];
    }
    // Whens and places are both waiting only for each other.
    void join() {
        while (!whens_.empty() && joined_ < waiting_.size()) {
            Waiting& waiting = waiting_[joined_++];
            waiting.problem = whens_.front().problem;
            if (waiting.problem.empty()) waiting.point.time_ms = whens_.front().time_ms;
            whens_.pop_front();
        }
    }
    void give_first() {
        const Waiting& first = waiting_.front();
        if (first.problem.empty())
            points_.take(first.point, first.line);
        else
            points_.refuse(first.problem, first.line);
        waiting_.pop_front();
        joined_ -= joined_ > 0 ? 1 : 0;
        ++sent_;
    }

    ImportedPoints& points_;
    std::deque<When> whens_;       // without a place as yet
    std::deque<Waiting> waiting_;  // the first joined_ of them have their times
    std::size_t joined_ = 0;
    std::size_t sent_ = 0, angles_ = 0;
};

std::optional<double> ReportedPoint::*detail_called(std::string_view name) {
    if (name == "speed" || name == "Speed") return &ReportedPoint::speed_mps;
    if (name == "accuracy") return &ReportedPoint::accuracy_m;
    if (name == "battery") return &ReportedPoint::battery_percent;
    if (name == "course" || name == "bearing") return &ReportedPoint::course_deg;
    return nullptr;
}

// Of when the picture of the ground is that Google Earth shows there: no time of a position.
bool is_view(std::string_view name) {
    return name == "LookAt" || name == "Camera";
}

class KmlTrackReader final : public TrackReader, private XmlHandler {
  public:
    explicit KmlTrackReader(ImportedPoints& points) : points_(points), track_(points) {}

    void read(std::string_view bytes) override { xml_.read(bytes); }
    void end() override { xml_.end(); }

  private:
    void begin(std::string_view name, const XmlAttributes& attributes) override {
        if (std::exchange(is_root_, false) && name != "kml")
            throw daemon::UsageError("line 1: this is XML, and no KML: it begins with <" +
                                     std::string(name.substr(0, 40)) + ">");
        if (name == "Placemark") begin_placemark();
        if (name == "Point") is_in_point_ = true;
        if (is_view(name)) is_in_view_ = true;
        if (name == "LineString") has_line_ = true;
        if (name == "Track") {
            is_in_track_ = true;
            track_.begin();
        }
        if (name == "SimpleArrayData" || name == "Data") {
            detail_ = detail_called(attributes.find("name").value_or(""));
            value_index_ = 0;
        }
        text_.begin();
    }

    void begin_placemark() {
        line_ = xml_.line();
        point_ = {};
        problem_ = "missing_time";
        has_point_ = has_line_ = false;
    }

    void text(std::string_view part) override { text_.add(part); }

    void end(std::string_view name) override {
        const std::string_view said = text_.text();
        if (is_in_track_)
            end_in_track(name, said);
        else
            end_in_placemark(name, said);
        if (name == "SimpleArrayData" || name == "Data") detail_ = nullptr;
        text_.begin();
    }

    void end_in_track(std::string_view name, std::string_view said) {
        if (name == "when") track_.add_when(said, xml_.line());
        if (name == "coord") track_.add_place(said, xml_.line());
        if (name == "angles") track_.add_angles(said);
        if (name == "value" && detail_ != nullptr) track_.add_value(value_index_++, detail_, said);
        if (name != "Track") return;
        track_.end();
        is_in_track_ = false;
    }

    void end_in_placemark(std::string_view name, std::string_view said) {
        if (is_view(name)) is_in_view_ = false;
        if (!is_in_view_ && (name == "when" || name == "begin"))
            problem_ = read_time_into(said, point_);
        if (name == "coordinates" && is_in_point_) {
            has_point_ = true;
            read_coordinates(said, point_);
        }
        if (name == "value" && detail_ != nullptr) point_.*detail_ = detail_in(said);
        if (name == "Point") is_in_point_ = false;
        if (name != "Placemark") return;
        if (has_point_ && problem_.empty())
            points_.take(point_, line_);
        else if (has_point_ || has_line_)
            points_.refuse(problem_.empty() ? "missing_time" : problem_, line_);
        has_point_ = has_line_ = false;
    }

    ImportedPoints& points_;
    GxTrack track_;
    XmlEvents xml_{*this};
    bool is_root_ = true;
    bool is_in_track_ = false;
    bool is_in_point_ = false;
    bool is_in_view_ = false;
    bool has_point_ = false, has_line_ = false;  // of the Placemark
    std::uint64_t line_ = 0;
    ReportedPoint point_;
    std::string_view problem_;
    std::optional<double> ReportedPoint::*detail_ = nullptr;
    std::size_t value_index_ = 0;
    ElementText text_;
};

}  // namespace

std::unique_ptr<TrackReader> make_kml_reader(ImportedPoints& points) {
    return std::make_unique<KmlTrackReader>(points);
}

}  // namespace waymark::tracker
