// What can be seen of a track in a box of the map, in as few fixes as the eye needs. Fixes go in
// one by one in the order of time, and those to be drawn come out; nothing is kept but a stretch of
// some hundred, so a track of any length passes through.
//
// What comes out:
//   - nothing that is farther from the box than its line has to go on: both ends of each step that
//     touches the box, also of one that crosses it with both ends outside;
//   - every fix in the box is at most `tolerance` from the line that is drawn (Douglas and Peucker,
//     "Algorithms for the reduction of the number of points ...", 1973, with the distance to the
//     segment: a way there and back along one road keeps its far end);
//   - on a straight line a fix every 64 tolerances, because lines are coloured by speed;
//   - where no line leads to a fix, because of a gap or because it left the box, it is marked.
//
// A step takes the shorter way round the globe, so the date line is no place of its own.

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "store/fix_row.hh"
#include "web_app/mercator.hh"

namespace waymark::tracker {

struct MapPoint {
    double x = 0;
    double y = 0;
};

MapPoint map_point(const TrackPoint& point);

// Whether the straight line between the two touches the box, or the copy of it in another world.
bool touches(const MapBox& box, MapPoint from, MapPoint to);

// From a point to the segment from `begin` to `end`.
double distance_to_segment(MapPoint point, MapPoint begin, MapPoint end);

class VisibleLine {
  public:
    // `is_break`: no line leads to this one.
    using Sink = std::function<void(const TrackPoint& point, bool is_break)>;

    // The tolerance is a length on the map of mercator.hh; 0 drops only what lies on the line.
    VisibleLine(const MapBox& box, double tolerance, Sink sink);

    void add(const TrackPoint& point, bool is_break);
    // To be called after the last one.
    void end();

  private:
    struct Member {
        TrackPoint point;
        MapPoint place;
    };
    static constexpr std::size_t kStretch = 512;
    static constexpr double kLongestStep = 64;  // tolerances

    void begin_run();
    void end_run();
    void draw_stretch();
    void choose_of_stretch();
    void draw(const Member& member);

    MapBox box_;
    double tolerance_;
    Sink sink_;
    bool has_last_ = false;
    Member last_;          // the newest that was added
    bool in_run_ = false;  // the line goes on from the last of stretch_
    bool begins_ = false;  // nothing of this run has been drawn
    std::vector<Member> stretch_;
    std::vector<unsigned char> chosen_;
    std::vector<std::pair<std::size_t, std::size_t>> parts_;  // to be looked at
    MapPoint drawn_;                                          // the last one that came out
};

}  // namespace waymark::tracker
