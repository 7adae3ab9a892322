// NMEA 0183 logs: RMC sentences say when, where, how fast and which way; a GGA sentence of the same
// second adds the altitude. Logs are full of other sentences, cut lines and noise, so what is not a
// whole RMC or GGA is passed over, counted, and told; a log without any valid RMC is an empty trip.
//
// The standard lets the checksum be left out. In a log in which other sentences have one, a
// sentence without has lost its end. In a log that has none at all sentences are taken without, and
// that is told: a cut one is then known only by the fields that it lacks, a damaged digit not at
// all.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "protocols/time_text.hh"
#include "trips/nmea_sentence.hh"
#include "trips/trip_file.hh"

namespace waymark::tracker {

namespace {

constexpr double kMetresPerSecondPerKnot = 1852.0 / 3600;

std::optional<TripPoint> point_of_rmc(const NmeaSentence& sentence) {
    const auto& fields = sentence.fields;
    const std::optional<double> latitude = nmea_degrees(fields[3], fields[4], "N", "S");
    const std::optional<double> longitude = nmea_degrees(fields[5], fields[6], "E", "W");
    if (fields[2] != "A" || !latitude || !longitude) return {};
    TripPoint point;
    point.time_ms = nmea_instant(fields[1], fields[9]);
    if (!point.time_ms) return {};
    point.place = {*latitude, *longitude};
    if (const std::optional<double> knots = number_in(fields[7]))
        point.speed_mps = *knots * kMetresPerSecondPerKnot;
    point.course_deg = number_in(fields[8]);
    return point;
}

// What was passed over. Sentences of other kinds are not: they say no place.
struct PassedOver {
    std::size_t wrong_checksum = 0;
    std::size_t no_checksum = 0;
    std::size_t no_fix = 0;
    std::size_t not_nmea = 0;

    std::vector<std::string> remarks() const;
};

std::vector<std::string> PassedOver::remarks() const {
    std::vector<std::string> remarks;
    const auto add = [&](std::size_t count, std::string_view one, std::string_view many) {
        if (count > 0)
            remarks.push_back(fmt::format("passed over: {} {}", count, count == 1 ? one : many));
    };
    add(wrong_checksum, "sentence whose checksum is wrong", "sentences whose checksum is wrong");
    add(no_checksum, "sentence without a checksum, in a log where others have one",
        "sentences without a checksum, in a log where others have one");
    add(no_fix, "RMC sentence without a valid place and time",
        "RMC sentences without a valid place and time");
    add(not_nmea, "line that is no NMEA sentence", "lines that are no NMEA sentence");
    return remarks;
}

bool is_noise(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    return first != std::string_view::npos && line[first] != '#' && line[first] != '!';
}

class NmeaReader {
  public:
    explicit NmeaReader(bool needs_checksum) : needs_checksum_(needs_checksum) {}

    void read(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            read_line(bytes.substr(0, end));
            bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        }
    }

    bool has_checksums() const { return has_checksums_; }

    Trip trip() && {
        if (!trip_.points.empty()) trip_.points.front().starts_segment = true;
        trip_.remarks = passed_over_.remarks();
        if (took_unchecked_)
            trip_.remarks.emplace_back(
                "no sentence has a right checksum; those without any were taken, so a digit that "
                "was "
                "damaged on its way is not noticed");
        return std::move(trip_);
    }

  private:
    void read_line(std::string_view line) {
        const bool noise = is_noise(line);
        std::optional<NmeaSentence> sentence = take_sentence(line);
        if (!sentence && noise) ++passed_over_.not_nmea;
        for (; sentence; sentence = take_sentence(line)) {
            if (is_trusted(*sentence)) read_sentence(*sentence);
        }
    }

    bool is_trusted(const NmeaSentence& sentence) {
        has_checksums_ |= sentence.checksum == Checksum::right;
        if (sentence.checksum == Checksum::wrong) ++passed_over_.wrong_checksum;
        if (sentence.checksum == Checksum::absent && needs_checksum_) ++passed_over_.no_checksum;
        const bool is_unchecked = sentence.checksum == Checksum::absent && !needs_checksum_;
        return sentence.checksum == Checksum::right || is_unchecked;
    }

    void read_sentence(const NmeaSentence& sentence) {
        const auto& fields = sentence.fields;
        if (sentence.type() == "GGA") {
            altitude_time_ = fields[1];
            // Its unit is always metres; where that is cut off, digits may be, too.
            const bool is_whole = fields[6] != "0" && fields[10] == "M";
            altitude_m_ = is_whole ? number_in(fields[9]) : std::nullopt;
        } else if (sentence.type() == "RMC") {
            if (const std::optional<TripPoint> point = point_of_rmc(sentence)) {
                trip_.points.push_back(*point);
                took_unchecked_ |= sentence.checksum == Checksum::absent;
                point_time_ = fields[1];
            } else {
                ++passed_over_.no_fix;
            }
        }
        // Either may come first.
        const bool same_second = !point_time_.empty() && point_time_ == altitude_time_;
        if (same_second && !trip_.points.empty()) trip_.points.back().altitude_m = altitude_m_;
    }

    const bool needs_checksum_;
    bool has_checksums_ = false;
    bool took_unchecked_ = false;
    Trip trip_;
    PassedOver passed_over_;
    std::string_view altitude_time_;  // of the latest GGA
    std::optional<double> altitude_m_;
    std::string_view point_time_;  // of the latest point
};

}  // namespace

Trip parse_nmea(std::string_view bytes, std::string_view) {
    NmeaReader strict(true);
    strict.read(bytes);
    if (strict.has_checksums()) return std::move(strict).trip();
    NmeaReader lenient(false);
    lenient.read(bytes);
    return std::move(lenient).trip();
}

}  // namespace waymark::tracker
