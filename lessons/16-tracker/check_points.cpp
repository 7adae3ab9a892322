// Of the check of lesson 16: the point of one line, and which points become fixes.

#include <doctest/doctest.h>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

const std::string kWhole = std::string(kPlace) + ",12.5,230,1640,5,88";

void expect_place(const Fix& fix) {
    expect_equal(fix.latitude_e7, 477853833, "the latitude, in 1e-7 degrees",
                 {kMinutes, kWrongField});
    expect_equal(fix.longitude_e7, 96094500, "the longitude, in 1e-7 degrees",
                 {kMinutes, kWrongField});
    expect_equal(fix.time_ms, 1718443800250, "the time, in milliseconds", {kSeconds, kFraction});
}

struct OptionalRow {
    const char* fields;  // behind the place
    std::optional<double> speed, course, altitude, accuracy, battery;
};

void expect_optional(const Fix& fix, const OptionalRow& row, const Causes& causes) {
    expect_value(fix.speed_mps, row.speed, "the speed in m/s", causes);
    expect_value(fix.course_deg, row.course, "the course", causes);
    expect_value(fix.altitude_m, row.altitude, "the altitude in metres", causes);
    expect_value(fix.accuracy_m, row.accuracy, "the accuracy", causes);
    expect_value(fix.battery_percent, row.battery, "the battery", causes);
}

struct BadRow {
    const char* text;
    const char* reason;
    Causes causes;
};

// reason_against() has said it, of this point or of another.
bool is_a_known_reason(const std::string& reason) {
    return reason == "missing_lat" || reason == "missing_lon" || reason == "bad_time" ||
           reason == "time_in_future" || reason == "null_island" || reason == "bad_checksum" ||
           reason.ends_with("_out_of_range");
}

// The one point of `line` in quarantine.
Quarantined kept_of(const std::string& line, std::uint32_t index, const Causes& causes) {
    const Decoded decoded = read_line(line, index);
    expect(decoded.fixes.empty(), "the fixes of " + show(line), "none", "one", causes);
    expect(decoded.quarantined.size() == 1, "the points in quarantine", "1",
           show(decoded.quarantined.size()), kLostPoint);
    return decoded.quarantined[0];
}

}  // namespace

TEST_CASE("a whole line is a fix") {
    step("read the line " + show(with_checksum(kWhole)));
    const Fix fix = fix_of(kWhole, {kGoodRefused, kOptionalCosts});
    expect_place(fix);
    expect_value(fix.speed_mps, 6.4306, "the speed of 12.5 knots, in m/s", kKnots);
    expect_value(fix.course_deg, 230, "the course", kWrongField);
    expect_value(fix.altitude_m, 499.872, "the altitude of 1640 feet, in metres", kFeet);
    const bool in_feet = fix.accuracy_m && is_near(*fix.accuracy_m, 5 * 0.3048, 1e-3);
    expect_value(fix.accuracy_m, 5, "the accuracy", in_feet ? kAllFeet : kWrongField);
    expect_value(fix.battery_percent, 88, "the battery", kWrongField);
    expect_equal(fix.device, 7U, "the device", kNobodys);
    expect(fix.source == waymark::tracker::Source::sextant, "the source", "sextant",
           fix.source == waymark::tracker::Source::unknown ? "unknown" : "another", kNobodys);
    expect(fix.valid, "whether it is valid", "true", "false", kBelieved);
}

TEST_CASE("what is empty is unknown") {
    for (const char* fields : {",,,,,", ",,", ""}) {
        step("read a line with nothing behind its place but " + show(fields));
        const Fix fix = fix_of(std::string(kPlace) + fields, {kOptionalCosts, kPastTheEnd});
        expect_place(fix);
        expect_optional(fix, {"", {}, {}, {}, {}, {}}, kZero);
    }
    step("read lines with one of them");
    for (const OptionalRow& row : {OptionalRow{",10,,,,", 5.1444, {}, {}, {}, {}},
                                   {",,90,,,", {}, 90, {}, {}, {}},
                                   {",,,100,,", {}, {}, 30.48, {}, {}},
                                   {",,,,12,", {}, {}, {}, 12, {}},
                                   {",,,,,50", {}, {}, {}, {}, 50},
                                   {",0,0,0,,0", 0, 0, 0, {}, 0}})
        expect_optional(fix_of(std::string(kPlace) + row.fields, kOptionalCosts), row,
                        {kZero, kWrongField});
}

TEST_CASE("an optional field that cannot be read costs that field") {
    for (const OptionalRow& row : {OptionalRow{",fast,230,1640,5,88", {}, 230, 499.872, 5, 88},
                                   {",12.5,NNE,1640,5,88", 6.4306, {}, 499.872, 5, 88},
                                   {",12.5,230,n/a,5,88", 6.4306, 230, {}, 5, 88},
                                   {",12.5,230,1640,--,88", 6.4306, 230, 499.872, {}, 88},
                                   {",12.5,230,1640,5,low", 6.4306, 230, 499.872, 5, {}}}) {
        step("read a line that ends with " + show(row.fields));
        expect_optional(fix_of(std::string(kPlace) + row.fields, kOptionalCosts), row,
                        {kZero, kOptionalCosts, kWrongField});
    }
    step("read lines with values that cannot be");
    for (const char* fields : {",-1,400,1640,-5,200", ",-1,-90,1640,-5,-1"})
        expect_optional(fix_of(std::string(kPlace) + fields, kOptionalCosts),
                        {"", {}, {}, 499.872, {}, {}}, {kImpossible, kZero});
    for (const char* fields :
         {",12kn,9x,1e,5m,88%", ",0x10,0x10,0x10,0x10,0x10", ",1.2.3,1-2,1 2,1;2,5/6"}) {
        step("read a line that ends with " + show(fields));
        expect_optional(fix_of(std::string(kPlace) + fields, {kOptionalCosts, kLooseDigits}),
                        {"", {}, {}, {}, {}, {}}, kLooseDigits);
    }
    // What reads these as numbers leaves them out, for they are none of a fix; but one may be 0.
    for (const char* fields : {",nan,inf,-inf,nan,inf", ",1e999,1e999,-1e999,1e999,1e999"}) {
        step("read a line that ends with " + show(fields));
        const Fix fix = fix_of(std::string(kPlace) + fields, {kOptionalCosts, kLooseDigits});
        const bool is_zero = fix.speed_mps == 0.0F || fix.course_deg == 0.0F ||
                             fix.altitude_m == 0.0F || fix.battery_percent == 0.0F;
        expect_optional(fix, {"", {}, {}, {}, {}, {}}, is_zero ? kZero : kLooseDigits);
    }
}

TEST_CASE("below the sea is a height") {
    step("read a line with an altitude of -1312 feet");
    const Fix fix = fix_of(std::string(kPlace) + ",0,0,-1312", kOptionalCosts);
    expect_value(fix.altitude_m, -399.8976, "the altitude in metres",
                 fix.altitude_m ? kFeet : kBelowSea);
}

TEST_CASE("the unit of the device goes before that of the protocol") {
    using waymark::tracker::SpeedUnit;
    step("read a speed of 36 from devices that send knots and km/h and m/s and mph");
    struct Row {
        SpeedUnit unit;
        double speed;
    };
    for (const Row& row : {Row{SpeedUnit::protocol_default, 18.52},
                           {SpeedUnit::knots, 18.52},
                           {SpeedUnit::kmh, 10},
                           {SpeedUnit::mps, 36},
                           {SpeedUnit::mph, 16.0934}})
        expect_value(fix_of(std::string(kPlace) + ",36", kOptionalCosts, {7, row.unit}).speed_mps,
                     row.speed, "the speed in m/s",
                     row.unit == SpeedUnit::protocol_default ? kKnots : kUnitOfDevice);
}

TEST_CASE("what cannot be a point goes to quarantine") {
    const Causes no_place{kZeroPlace, kBelieved};
    const Causes no_time{kNowForMissing, kNormalised};
    for (const BadRow& row :
         {BadRow{"150624,093000,,00936.567E,12.5", "missing_lat", no_place},
          {"150624,093000,4747.123N,,12.5", "missing_lon", no_place},
          {"150624,093000,4747.123X,00936.567E", "missing_lat", {kNoPlace, kBelieved}},
          {"150624,093000,9130.0N,00936.567E", "lat_out_of_range", kBelieved},
          {"150624,093000,4747.123N,18100.0W", "lon_out_of_range", kBelieved},
          {"150624,093000,0000.0N,00000.0E", "null_island", kBelieved},
          {"150624,,4747.123N,00936.567E", "bad_time", no_time},
          {",,4747.123N,00936.567E", "bad_time", no_time},
          {"310624,093000,4747.123N,00936.567E", "bad_time", no_time},
          {"170624,093000,4747.123N,00936.567E", "time_in_future", kBelieved},
          {" 150624,093000,4747.123N,00936.567E", "bad_time", kBlanks},
          {"150624,093000\t,4747.123N,00936.567E", "bad_time", kBlanks},
          {"150624,093000,4747.123N ,00936.567E", "missing_lat", kBlanks},
          {"150624,093000,4747.123N, 00936.567E", "missing_lon", kBlanks},
          {"150624", "missing_lat", {kPastTheEnd, kZeroPlace}},
          {"", "missing_lat", {kPastTheEnd, kZeroPlace}}}) {
        step("read the line " + show(with_checksum(row.text)));
        const Quarantined kept = kept_of(with_checksum(row.text), 0, row.causes);
        expect_equal(kept.reason, std::string(row.reason), "the reason",
                     kept.reason == "bad_time"        ? Causes{kOwnReason}
                     : is_a_known_reason(kept.reason) ? Causes{kBelieved, kOwnReason}
                     : kept.reason.empty()            ? Causes{kEvidence}
                                                      : Causes{kOwnReason});
    }
}

TEST_CASE("a damaged line is no fix and is kept") {
    const std::string line = with_checksum(kWhole);
    for (std::size_t at = 0; at < line.size(); at += 5) {
        std::string changed = line;
        changed[at] = changed[at] == '1' ? '2' : '1';
        step("read the line " + show(changed));
        const Quarantined kept = kept_of(changed, 0, kChecksumIgnored);
        expect_equal(kept.reason, std::string("bad_checksum"), "the reason", kChecksumIgnored);
    }
    step("read the line without its checksum");
    expect_equal(kept_of(kWhole, 0, kChecksumIgnored).reason, std::string("bad_checksum"),
                 "the reason", kChecksumIgnored);
}

TEST_CASE("quarantine knows whose it is and which and why and what was sent") {
    for (const char* text : {"150624,093000,9130.0N,00936.567E", "150624,093000,4747.1N"}) {
        const std::string line = with_checksum(text);
        step("read " + show(line) + " as the fifth point of a message");
        const Quarantined kept = kept_of(line, 4, kBelieved);
        expect_equal(kept.device, 7U, "the device", kEvidence);
        expect_equal(kept.index, 4U, "which point it was", kEvidence);
        expect_equal(kept.raw, line, "what was kept of it", kEvidence);
        expect(kept.source == waymark::tracker::Source::sextant, "the source", "sextant",
               kept.source == waymark::tracker::Source::unknown ? "unknown" : "another", kEvidence);
    }
    step("read a damaged line as the second one");
    const Quarantined kept = kept_of("150624,0930*00", 1, kChecksumIgnored);
    expect_equal(kept.index, 1U, "which point it was", kEvidence);
    expect_equal(kept.device, 7U, "the device", kEvidence);
    expect_equal(kept.raw, std::string("150624,0930*00"), "what was kept of it", kEvidence);
}

TEST_CASE("of a long line so much is kept as quarantine holds") {
    const std::string line = with_checksum("150624,093000,9130.0N," + std::string(40'000, '7'));
    step("read a line of forty thousand bytes");
    const Quarantined kept = kept_of(line, 0, kBelieved);
    expect(kept.raw.size() <= waymark::tracker::kMaximumRaw, "the bytes kept",
           "at most " + show(waymark::tracker::kMaximumRaw), show(kept.raw.size()), kNoBound);
    expect(!kept.raw.empty() && line.starts_with(kept.raw), "what was kept", "its beginning",
           "something else", kEvidence);
    step("read one whose checksum is wrong");
    std::string damaged = line;
    damaged.back() = damaged.back() == '0' ? '1' : '0';
    const Quarantined other = kept_of(damaged, 0, kChecksumIgnored);
    expect(other.raw.size() <= waymark::tracker::kMaximumRaw, "the bytes kept",
           "at most " + show(waymark::tracker::kMaximumRaw), show(other.raw.size()), kNoBound);
    expect(!other.raw.empty() && damaged.starts_with(other.raw), "what was kept", "its beginning",
           "something else", kEvidence);
    step("read a line of just as many bytes as quarantine holds");
    const std::string start = "150624,093000,9130.0N,";
    const std::string longest =
        with_checksum(start + std::string(waymark::tracker::kMaximumRaw - start.size() - 3, '7'));
    expect_equal(kept_of(longest, 0, kBelieved).raw.size(), waymark::tracker::kMaximumRaw,
                 "the bytes kept of a line that fits", kEvidence);
}

TEST_CASE("more fields than today are passed over") {
    for (const char* more : {",7", ",,,", ",sat=7,hdop=1.1", ",x,y,z,1,2,3,4,5,6,7,8,9,0"}) {
        step("read a line with " + show(more) + " behind the battery");
        const Fix fix = fix_of(kWhole + more, kMoreFields);
        expect_place(fix);
        expect_value(fix.battery_percent, 88, "the battery", kMoreFields);
    }
}

TEST_CASE("points are added to those that are there") {
    step("read three lines into one Decoded, of which the second is damaged");
    Decoded decoded;
    const std::string good = with_checksum(kWhole);
    // Whichever comes first: also the first of a message has others before it.
    std::uint32_t index = 2;
    for (const std::string& line : {good, std::string("nonsense"), good}) {
        const ExactBytes bytes(line);
        called("reading " + show(line), [&] {
            waymark::tracker::sextant::read_point(bytes.view(), index--, kBoat, kNow, decoded);
            return true;
        });
    }
    expect_equal(decoded.fixes.size(), 2U, "fixes", kCleared);
    expect_equal(decoded.quarantined.size(), 1U, "points in quarantine", kCleared);
    expect_equal(decoded.status, 200, "the status", kCostsMessage);
}

TEST_CASE("a point without a field has not that of the point before") {
    step("read a whole line, and then one of another device with nothing but a place");
    fix_of(kWhole, kGoodRefused);
    const Fix fix = fix_of(std::string(kPlace), kOptionalCosts, {9, {}});
    expect_equal(fix.device, 9U, "the device", kShared);
    expect_optional(fix, {"", {}, {}, {}, {}, {}}, {kShared, kZero});
}
