#include "formats/csv_reader.hh"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "formats/csv_columns.hh"
#include "formats/line_cutter.hh"
#include "formats/text_fields.hh"
#include "protocols/extras.hh"

namespace waymark::tracker {

namespace {

constexpr std::size_t kMostColumns = 256;

// Splits one line; false where a quote is not closed. Fields point into the line, or into `space`
// where a doubled quote had to become one.
bool split_line(std::string_view line, char separator, std::vector<std::string_view>& fields,
                std::string& space) {
    fields.clear();
    space.clear();
    space.reserve(line.size());  // so that what points into it stays
    std::size_t at = 0;
    while (fields.size() < kMostColumns) {
        if (at < line.size() && line[at] == '"') {
            const std::size_t begin = space.size();
            for (++at;; ++at) {
                if (at >= line.size()) return false;
                if (line[at] == '"' && (at + 1 >= line.size() || line[at + 1] != '"')) break;
                if (line[at] == '"') ++at;
                space += line[at];
            }
            fields.push_back(std::string_view(space).substr(begin));
            at = line.find(separator, at);
        } else {
            const std::size_t end = line.find(separator, at);
            fields.push_back(line.substr(at, end == std::string_view::npos ? end : end - at));
            at = end;
        }
        if (at == std::string_view::npos) return true;
        ++at;
    }
    return true;
}

char separator_of(std::string_view header) {
    char best = ',';
    for (const char c : {';', '\t'})
        if (std::ranges::count(header, c) > std::ranges::count(header, best)) best = c;
    return best;
}

// Of a header: which column stands where. The first of a kind counts.
struct ColumnPlan {
    char separator = ',';
    std::vector<CsvColumn> columns;

    ColumnPlan() = default;
    explicit ColumnPlan(std::string_view header) : separator(separator_of(header)) {
        std::vector<std::string_view> fields;
        std::string space;
        if (!split_line(header, separator, fields, space)) return;
        for (const std::string_view field : fields) {
            const CsvColumn column = csv_column_called(field);
            columns.push_back(has(column) ? CsvColumn::other : column);
        }
    }
    bool has(CsvColumn column) const {
        return std::ranges::find(columns, column) != columns.end() && column != CsvColumn::other;
    }
    bool is_enough() const {
        return has(CsvColumn::latitude) && has(CsvColumn::longitude) && has_time();
    }
    bool has_time() const { return has(CsvColumn::time) || has(CsvColumn::date); }
};

class CsvTrackReader final : public TrackReader {
  public:
    explicit CsvTrackReader(ImportedPoints& points) : points_(points) {}

    void read(std::string_view bytes) override { lines_.read(bytes); }
    void end() override {
        lines_.end();
        if (plan_.columns.empty())
            throw daemon::UsageError("line 1: the names of columns are missing");
    }

  private:
    void read_line(std::string_view line, std::uint64_t number) {
        if (without_space(line).empty()) return;
        if (plan_.columns.empty()) return read_header(line, number);
        if (!is_utf8(line)) return points_.refuse("not_utf8", number);
        if (!split_line(line, plan_.separator, fields_, space_))
            return points_.refuse("quote_not_closed", number);
        read_row(number);
    }

    void read_header(std::string_view line, std::uint64_t number) {
        plan_ = ColumnPlan(line);
        if (!plan_.is_enough())
            throw daemon::UsageError(
                "line " + std::to_string(number) +
                ": these are no names of columns with a time, a latitude and a longitude");
    }

    std::string_view field(CsvColumn column) const {
        return fields_of_kind_[static_cast<std::size_t>(column)];
    }

    std::string_view number_text(CsvColumn column) {
        const std::string_view text = field(column);
        if (plan_.separator != ';' || text.find(',') == std::string_view::npos) return text;
        with_point_ = text;
        std::ranges::replace(with_point_, ',', '.');
        return with_point_;
    }

    void read_row(std::uint64_t number) {
        fields_of_kind_.fill({});
        for (std::size_t i = 0; i < std::min(fields_.size(), plan_.columns.size()); ++i)
            fields_of_kind_[static_cast<std::size_t>(plan_.columns[i])] = fields_[i];
        ReportedPoint point;
        const std::string_view problem = read_row_time(point);
        if (!problem.empty()) return points_.refuse(problem, number);
        point.latitude_deg = degrees_in(number_text(CsvColumn::latitude));
        point.longitude_deg = degrees_in(number_text(CsvColumn::longitude));
        point.altitude_m = detail_in(number_text(CsvColumn::altitude));
        point.course_deg = detail_in(number_text(CsvColumn::course));
        point.accuracy_m = detail_in(number_text(CsvColumn::accuracy));
        point.battery_percent = detail_in(number_text(CsvColumn::battery));
        read_speed(point);
        points_.take(point, number);
    }

    std::string_view read_row_time(ReportedPoint& point) {
        if (!plan_.has(CsvColumn::date)) return read_time_into(field(CsvColumn::time), point);
        const std::string both = std::string(without_space(field(CsvColumn::date))) +
                                 (plan_.has(CsvColumn::time) ? " " : " 00:00:00") +
                                 std::string(without_space(field(CsvColumn::time)));
        const std::string_view problem = read_time_into(both, point);
        if (problem.empty()) return problem;
        // A time stamp beside the date of the same instant.
        const bool is_whole = read_time_into(field(CsvColumn::time), point).empty();
        return is_whole && *point.time_ms >= kOldestTime ? std::string_view() : problem;
    }

    void read_speed(ReportedPoint& point) {
        constexpr std::pair<CsvColumn, SpeedUnit> kSpeeds[] = {
            {CsvColumn::speed, SpeedUnit::mps},
            {CsvColumn::speed_kmh, SpeedUnit::kmh},
            {CsvColumn::speed_knots, SpeedUnit::knots},
        };
        for (const auto& [column, unit] : kSpeeds) {
            const std::optional<double> speed = detail_in(number_text(column));
            if (speed && !point.speed_mps)
                point.speed_mps = to_metres_per_second(*speed, unit, unit);
        }
    }

    ImportedPoints& points_;
    ColumnPlan plan_;
    std::vector<std::string_view> fields_;
    std::array<std::string_view, kCsvColumns> fields_of_kind_;
    std::string space_, with_point_;
    LineCutter lines_{
        {.on_line = [this](std::string_view line,
                           std::uint64_t number) { read_line(line, number); },
         .on_too_long = [this](std::uint64_t number) { points_.refuse("too_long", number); }}};
};

}  // namespace

std::unique_ptr<TrackReader> make_csv_reader(ImportedPoints& points) {
    return std::make_unique<CsvTrackReader>(points);
}

bool is_csv_header(std::string_view line) {
    return ColumnPlan(without_space(line)).is_enough();
}

}  // namespace waymark::tracker
