// The file world.base, which the pages draw the world from; base-data.js reads it in the browser.
//
//   4 bytes   "WMB1"
//   number    bits of the grid: the world is 2^bits units wide (ring.hh)
//   number    how many land rings; then the rings
//   number    how many border lines; then the lines
//   number    how many labels; then the labels
//
//   line:   number of points; box: x and y of its north-west corner, width, height; then every
//           point as its step from the point before it, the first from the box's corner
//   label:  x, y, width of the land there; number of bytes of the name; the name in UTF-8
//
// A number is a varint: seven bits a byte, low bits first, the top bit says that another byte
// follows. What may be negative is zigzag-coded first (0, -1, 1, -2, ... as 0, 1, 2, 3, ...), so
// that small steps of either sign take one byte. Neighbouring points of a coast are a few units
// apart: that is why the 50 m outline fits in a third of the bytes of its JSON.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/basemap/label.hh"
#include "web/basemap/ring.hh"

namespace waymark::tracker::basemap {

struct Label {
    std::string name;
    LabelPlace place;
};

struct Base {
    std::vector<GridLine> land;  // closed rings
    std::vector<GridLine> borders;
    std::vector<Label> labels;  // widest first
};

// Flattens everything; drops what is too small for the grid.
Base make_base(const World& world);

std::string encode(const Base& base);

// The reverse, for tests and for whoever wants to look into a file. Throws UsageError for bytes
// that are not a whole world.base.
Base decode(std::string_view bytes);

}  // namespace waymark::tracker::basemap
