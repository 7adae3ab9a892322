#include "web_app/visible_line.hh"

#include <algorithm>
#include <cmath>
#include <utility>

namespace waymark::tracker {

namespace {

// Twice the area of the triangle; its sign says on which side of the line `corner` is.
double side_of(MapPoint from, MapPoint to, double x, double y) {
    return (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
}

// By separating axes: the box's sides, and the line itself.
bool touches_this_copy(const MapBox& box, MapPoint from, MapPoint to) {
    if (std::max(from.x, to.x) < box.west || std::min(from.x, to.x) > box.east) return false;
    if (std::max(from.y, to.y) < box.north || std::min(from.y, to.y) > box.south) return false;
    const double corners[] = {
        side_of(from, to, box.west, box.north), side_of(from, to, box.east, box.north),
        side_of(from, to, box.west, box.south), side_of(from, to, box.east, box.south)};
    const auto [least, most] = std::minmax_element(std::begin(corners), std::end(corners));
    return *least <= 0 && *most >= 0;
}

}  // namespace

MapPoint map_point(const TrackPoint& point) {
    return {mercator_x(point.longitude_e7 / 1e7), mercator_y(point.latitude_e7 / 1e7)};
}

bool touches(const MapBox& box, MapPoint from, MapPoint to) {
    const double first = std::ceil(box.west - std::max(from.x, to.x));
    const double last = std::floor(box.east - std::min(from.x, to.x));
    // At most three: neither is longer than a world.
    for (double copy = first; copy <= last && copy < first + 3; ++copy)
        if (touches_this_copy(box, {from.x + copy, from.y}, {to.x + copy, to.y})) return true;
    return false;
}

double distance_to_segment(MapPoint point, MapPoint begin, MapPoint end) {
    const double x = end.x - begin.x, y = end.y - begin.y;
    const double length = x * x + y * y;
    const double along = (point.x - begin.x) * x + (point.y - begin.y) * y;
    const double part = length > 0 ? std::clamp(along / length, 0.0, 1.0) : 0;
    return std::hypot(point.x - begin.x - part * x, point.y - begin.y - part * y);
}

VisibleLine::VisibleLine(const MapBox& box, double tolerance, Sink sink)
    : box_(box), tolerance_(tolerance), sink_(std::move(sink)) {
    stretch_.reserve(kStretch);
}

void VisibleLine::add(const TrackPoint& point, bool is_break) {
    Member member{point, map_point(point)};
    if (has_last_) member.place.x = nearest_copy(member.place.x, last_.place.x);
    if (has_last_ && !is_break && touches(box_, last_.place, member.place)) {
        if (!in_run_) begin_run();
        stretch_.push_back(member);
        if (stretch_.size() == kStretch) draw_stretch();
    } else {
        end_run();
    }
    last_ = member;
    has_last_ = true;
}

void VisibleLine::end() {
    end_run();
    has_last_ = false;
}

void VisibleLine::begin_run() {
    in_run_ = begins_ = true;
    stretch_.assign(1, last_);
}

// A fix to which no line leads, and from which none goes on, is a line of its own.
void VisibleLine::end_run() {
    if (!in_run_ && has_last_ && touches(box_, last_.place, last_.place)) begin_run();
    if (!in_run_) return;
    draw_stretch();
    if (begins_) draw(stretch_.back());
    in_run_ = false;
}

// Draws the stretch but for its beginning, which is drawn already unless the run begins with it.
// Its end is the beginning of the next one.
void VisibleLine::draw_stretch() {
    if (stretch_.size() < 2) return;
    choose_of_stretch();
    const double longest = kLongestStep * tolerance_;
    if (begins_) draw(stretch_.front());
    for (std::size_t i = 1; i < stretch_.size(); ++i) {
        const MapPoint place = stretch_[i].place;
        const bool is_far = std::hypot(place.x - drawn_.x, place.y - drawn_.y) > longest;
        if (chosen_[i] != 0 || (is_far && tolerance_ > 0)) draw(stretch_[i]);
    }
    stretch_.assign(1, Member(stretch_.back()));
}

void VisibleLine::choose_of_stretch() {
    chosen_.assign(stretch_.size(), 0);
    chosen_.back() = 1;
    parts_.assign(1, {0, stretch_.size() - 1});
    while (!parts_.empty()) {
        const auto [begin, end] = parts_.back();
        parts_.pop_back();
        double farthest = tolerance_;
        std::size_t found = 0;
        for (std::size_t i = begin + 1; i < end; ++i) {
            const double distance =
                distance_to_segment(stretch_[i].place, stretch_[begin].place, stretch_[end].place);
            if (distance > farthest) {
                farthest = distance;
                found = i;
            }
        }
        if (found == 0) continue;
        chosen_[found] = 1;
        parts_.push_back({begin, found});
        parts_.push_back({found, end});
    }
}

void VisibleLine::draw(const Member& member) {
    sink_(member.point, begins_);
    begins_ = false;
    drawn_ = member.place;
}

}  // namespace waymark::tracker
