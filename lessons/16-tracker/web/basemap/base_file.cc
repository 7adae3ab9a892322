#include "web/basemap/base_file.hh"

#include <algorithm>
#include <cstdint>

#include "daemon/error.hh"

namespace waymark::tracker::basemap {
namespace {

constexpr std::string_view kMagic = "WMB1";

void put(std::string& bytes, std::uint32_t number) {
    for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
    bytes += static_cast<char>(number);
}

void put_count(std::string& bytes, std::size_t count) {
    put(bytes, static_cast<std::uint32_t>(count));
}

void put_signed(std::string& bytes, std::int32_t number) {
    const auto twice = static_cast<std::uint32_t>(number) << 1;
    put(bytes, number < 0 ? ~twice : twice);
}

struct Box {
    GridPoint corner;
    GridPoint size;
};

Box box_of(const GridLine& line) {
    const auto [west, east] = std::minmax_element(
        line.begin(), line.end(), [](GridPoint a, GridPoint b) { return a.x < b.x; });
    const auto [north, south] = std::minmax_element(
        line.begin(), line.end(), [](GridPoint a, GridPoint b) { return a.y < b.y; });
    return {{west->x, north->y}, {east->x - west->x, south->y - north->y}};
}

void put_line(std::string& bytes, const GridLine& line) {
    const Box box = box_of(line);
    put_count(bytes, line.size());
    put_signed(bytes, box.corner.x);
    put_signed(bytes, box.corner.y);
    put(bytes, static_cast<std::uint32_t>(box.size.x));
    put(bytes, static_cast<std::uint32_t>(box.size.y));
    GridPoint previous = box.corner;
    for (const GridPoint point : line) {
        put_signed(bytes, point.x - previous.x);
        put_signed(bytes, point.y - previous.y);
        previous = point;
    }
}

void put_lines(std::string& bytes, const std::vector<GridLine>& lines) {
    put_count(bytes, lines.size());
    for (const GridLine& line : lines) put_line(bytes, line);
}

void put_label(std::string& bytes, const Label& label) {
    put_signed(bytes, label.place.point.x);
    put_signed(bytes, label.place.point.y);
    put(bytes, static_cast<std::uint32_t>(label.place.width));
    put_count(bytes, label.name.size());
    bytes += label.name;
}

// Takes numbers from the front of the bytes; what is cut short or too long is a UsageError.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::string_view take(std::size_t count) {
        if (count > rest_.size()) throw daemon::UsageError("world.base is cut short");
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::uint32_t number() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 35; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(take(1)[0]);
            value |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        throw daemon::UsageError("world.base has a number of more than five bytes");
    }

    std::int32_t signed_number() {
        const std::uint32_t value = number();
        return static_cast<std::int32_t>((value >> 1) ^ (~(value & 1) + 1));
    }

    GridPoint point() {
        const std::int32_t x = signed_number();
        return {x, signed_number()};
    }

    bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

GridLine read_line(Reader& reader) {
    const std::uint32_t count = reader.number();
    GridPoint previous = reader.point();
    reader.number();  // width and height: the points say it again
    reader.number();
    GridLine line;
    for (std::uint32_t i = 0; i < count; ++i) {
        const GridPoint step = reader.point();
        previous = {previous.x + step.x, previous.y + step.y};
        line.push_back(previous);
    }
    return line;
}

std::vector<GridLine> read_lines(Reader& reader) {
    std::vector<GridLine> lines;
    for (std::uint32_t left = reader.number(); left > 0; --left) lines.push_back(read_line(reader));
    return lines;
}

Label read_label(Reader& reader) {
    Label label;
    label.place.point = reader.point();
    label.place.width = static_cast<std::int32_t>(reader.number());
    label.name = reader.take(reader.number());
    return label;
}

}  // namespace

Base make_base(const World& world) {
    Base base;
    for (const Line& ring : world.land) {
        GridLine flat = flatten_ring(ring);
        if (!flat.empty()) base.land.push_back(std::move(flat));
    }
    for (const Line& border : world.borders) {
        GridLine flat = project(unwrap(border));
        if (flat.size() > 1) base.borders.push_back(std::move(flat));
    }
    for (const Country& country : world.countries) {
        std::vector<GridLine> rings;
        for (const Line& ring : country.rings) rings.push_back(flatten_ring(ring));
        const LabelPlace place = label_place(rings);
        if (place.width > 0) base.labels.push_back({country.name, place});
    }
    std::stable_sort(base.labels.begin(), base.labels.end(),
                     [](const Label& a, const Label& b) { return a.place.width > b.place.width; });
    return base;
}

std::string encode(const Base& base) {
    std::string bytes(kMagic);
    put(bytes, kGridBits);
    put_lines(bytes, base.land);
    put_lines(bytes, base.borders);
    put_count(bytes, base.labels.size());
    for (const Label& label : base.labels) put_label(bytes, label);
    return bytes;
}

Base decode(std::string_view bytes) {
    Reader reader(bytes);
    if (reader.take(kMagic.size()) != kMagic || reader.number() != kGridBits)
        throw daemon::UsageError("world.base does not start as one");
    Base base;
    base.land = read_lines(reader);
    base.borders = read_lines(reader);
    for (std::uint32_t left = reader.number(); left > 0; --left)
        base.labels.push_back(read_label(reader));
    if (!reader.at_end()) throw daemon::UsageError("world.base goes on after its end");
    return base;
}

}  // namespace waymark::tracker::basemap
