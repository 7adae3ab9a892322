#include "formats/gpx_reader.hh"

#include <string>
#include <utility>

#include "daemon/error.hh"
#include "formats/text_fields.hh"
#include "formats/xml_events.hh"

namespace waymark::tracker {

namespace {

class GpxTrackReader final : public TrackReader, private XmlHandler {
  public:
    explicit GpxTrackReader(ImportedPoints& points) : points_(points) {}

    void read(std::string_view bytes) override { xml_.read(bytes); }
    void end() override { xml_.end(); }

  private:
    void begin(std::string_view name, const XmlAttributes& attributes) override {
        if (std::exchange(is_root_, false) && name != "gpx")
            throw daemon::UsageError("line 1: this is XML, and no GPX: it begins with <" +
                                     std::string(name.substr(0, 40)) + ">");
        if (name == "trkpt") begin_point(attributes);
        if (!is_in_point_) return;
        ++depth_;
        text_.begin();
    }

    void begin_point(const XmlAttributes& attributes) {
        is_in_point_ = true;
        depth_ = 0;
        line_ = xml_.line();
        point_ = {};
        point_.latitude_deg = degrees_in(attributes.find("lat").value_or(""));
        point_.longitude_deg = degrees_in(attributes.find("lon").value_or(""));
        problem_ = "missing_time";
    }

    void text(std::string_view part) override {
        if (is_in_point_) text_.add(part);
    }

    void end(std::string_view name) override {
        if (!is_in_point_) return;
        if (name == "trkpt") {
            is_in_point_ = false;
            if (problem_.empty())
                points_.take(point_, line_);
            else
                points_.refuse(problem_, line_);
            return;
        }
        const std::string_view said = text_.text();
        // These two are the point's own; what a vendor calls so may be anything.
        const bool is_own = depth_-- == 2;
        if (is_own && name == "time") problem_ = read_time_into(said, point_);
        if (is_own && name == "ele") point_.altitude_m = detail_in(said);
        if (name == "speed") point_.speed_mps = detail_in(said);
        if (name == "course" || name == "bearing") point_.course_deg = detail_in(said);
        if (name == "accuracy") point_.accuracy_m = detail_in(said);
        if (name == "battery") point_.battery_percent = detail_in(said);
        // What stands between this end and the next is nobody's.
        text_.begin();
    }

    ImportedPoints& points_;
    XmlEvents xml_{*this};
    bool is_root_ = true;
    bool is_in_point_ = false;
    int depth_ = 0;  // of elements, from the point on
    std::uint64_t line_ = 0;
    std::string_view problem_;
    ReportedPoint point_;
    ElementText text_;
};

}  // namespace

std::unique_ptr<TrackReader> make_gpx_reader(ImportedPoints& points) {
    return std::make_unique<GpxTrackReader>(points);
}

}  // namespace waymark::tracker
