#include "formats/csv_columns.hh"

#include <algorithm>
#include <cctype>
#include <string>

#include "formats/text_fields.hh"

namespace waymark::tracker {

namespace {

struct ColumnName {
    std::string_view name;
    CsvColumn column;
};

constexpr ColumnName kColumnNames[] = {
    {"time", CsvColumn::time},
    {"timestamp", CsvColumn::time},
    {"datetime", CsvColumn::time},
    {"date_time", CsvColumn::time},
    {"utc", CsvColumn::time},
    {"tst", CsvColumn::time},
    {"time_ms", CsvColumn::time},
    {"date", CsvColumn::date},
    {"latitude", CsvColumn::latitude},
    {"lat", CsvColumn::latitude},
    {"y", CsvColumn::latitude},
    {"longitude", CsvColumn::longitude},
    {"lon", CsvColumn::longitude},
    {"lng", CsvColumn::longitude},
    {"long", CsvColumn::longitude},
    {"x", CsvColumn::longitude},
    {"altitude", CsvColumn::altitude},
    {"altitude_m", CsvColumn::altitude},
    {"alt", CsvColumn::altitude},
    {"ele", CsvColumn::altitude},
    {"elevation", CsvColumn::altitude},
    {"speed", CsvColumn::speed},
    {"speed_mps", CsvColumn::speed},
    {"velocity", CsvColumn::speed},
    {"speed_kmh", CsvColumn::speed_kmh},
    {"speed_knots", CsvColumn::speed_knots},
    {"course", CsvColumn::course},
    {"course_deg", CsvColumn::course},
    {"bearing", CsvColumn::course},
    {"heading", CsvColumn::course},
    {"track", CsvColumn::course},
    {"accuracy", CsvColumn::accuracy},
    {"accuracy_m", CsvColumn::accuracy},
    {"acc", CsvColumn::accuracy},
    {"battery", CsvColumn::battery},
    {"battery_percent", CsvColumn::battery},
    {"batt", CsvColumn::battery},
};

// What may stand behind a name, and which column it is then. A speed of "km/h" that is taken for
// m/s makes no gap in the map that anybody would see.
struct ColumnUnit {
    CsvColumn column;
    std::string_view unit;
    CsvColumn becomes;
};

constexpr ColumnUnit kColumnUnits[] = {
    {CsvColumn::time, "utc", CsvColumn::time},
    {CsvColumn::time, "gmt", CsvColumn::time},
    {CsvColumn::time, "iso 8601", CsvColumn::time},
    {CsvColumn::time, "unix", CsvColumn::time},
    {CsvColumn::time, "s", CsvColumn::time},
    {CsvColumn::time, "ms", CsvColumn::time},
    {CsvColumn::date, "utc", CsvColumn::date},
    {CsvColumn::date, "gmt", CsvColumn::date},
    {CsvColumn::latitude, "deg", CsvColumn::latitude},
    {CsvColumn::latitude, "degrees", CsvColumn::latitude},
    {CsvColumn::latitude, "\xC2\xB0", CsvColumn::latitude},
    {CsvColumn::longitude, "deg", CsvColumn::longitude},
    {CsvColumn::longitude, "degrees", CsvColumn::longitude},
    {CsvColumn::longitude, "\xC2\xB0", CsvColumn::longitude},
    {CsvColumn::altitude, "m", CsvColumn::altitude},
    {CsvColumn::altitude, "metres", CsvColumn::altitude},
    {CsvColumn::altitude, "meters", CsvColumn::altitude},
    {CsvColumn::speed, "m/s", CsvColumn::speed},
    {CsvColumn::speed, "mps", CsvColumn::speed},
    {CsvColumn::speed, "km/h", CsvColumn::speed_kmh},
    {CsvColumn::speed, "kmh", CsvColumn::speed_kmh},
    {CsvColumn::speed, "kph", CsvColumn::speed_kmh},
    {CsvColumn::speed, "knots", CsvColumn::speed_knots},
    {CsvColumn::speed, "kn", CsvColumn::speed_knots},
    {CsvColumn::speed, "kt", CsvColumn::speed_knots},
    {CsvColumn::speed, "kts", CsvColumn::speed_knots},
    {CsvColumn::course, "deg", CsvColumn::course},
    {CsvColumn::course, "degrees", CsvColumn::course},
    {CsvColumn::course, "\xC2\xB0", CsvColumn::course},
    {CsvColumn::accuracy, "m", CsvColumn::accuracy},
    {CsvColumn::accuracy, "metres", CsvColumn::accuracy},
    {CsvColumn::accuracy, "meters", CsvColumn::accuracy},
    {CsvColumn::battery, "%", CsvColumn::battery},
    {CsvColumn::battery, "percent", CsvColumn::battery},
};

CsvColumn column_named(std::string_view name) {
    for (const ColumnName& each : kColumnNames)
        if (each.name == name) return each.column;
    return CsvColumn::other;
}

}  // namespace

// "speed (km/h)" and "speed km/h", in small letters.
CsvColumn csv_column_called(std::string_view text) {
    constexpr std::string_view kAround = " ([])";
    std::string name(without_space(text).substr(0, 40));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t end = name.find_first_of(kAround);
    const CsvColumn column = column_named(std::string_view(name).substr(0, end));
    if (end == std::string::npos) return column;
    std::string_view unit = std::string_view(name).substr(end);
    while (!unit.empty() && kAround.find(unit.front()) != kAround.npos) unit.remove_prefix(1);
    while (!unit.empty() && kAround.find(unit.back()) != kAround.npos) unit.remove_suffix(1);
    for (const ColumnUnit& each : kColumnUnits)
        if (each.column == column && each.unit == unit) return each.becomes;
    return CsvColumn::other;
}

}  // namespace waymark::tracker
