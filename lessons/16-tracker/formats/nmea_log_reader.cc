#include "formats/nmea_log_reader.hh"

#include <optional>
#include <string>

#include "formats/line_cutter.hh"
#include "formats/text_fields.hh"
#include "protocols/nmea_fix.hh"
#include "trips/nmea_sentence.hh"

namespace waymark::tracker {

namespace {

class NmeaTrackReader final : public TrackReader {
  public:
    explicit NmeaTrackReader(ImportedPoints& points) : points_(points) {}

    void read(std::string_view bytes) override { lines_.read(bytes); }
    void end() override {
        lines_.end();
        give_waiting();
    }

  private:
    void read_line(std::string_view line, std::uint64_t number) {
        while (const std::optional<NmeaSentence> sentence = take_sentence(line))
            read_sentence(*sentence, number);
    }

    void read_sentence(const NmeaSentence& sentence, std::uint64_t number) {
        const std::string_view type = sentence.type();
        if (type != "RMC" && type != "GGA") return;
        has_checksums_ |= sentence.checksum == Checksum::right;
        const bool is_cut = sentence.checksum == Checksum::absent && has_checksums_;
        if (sentence.checksum == Checksum::wrong || is_cut) {
            if (type == "RMC") points_.refuse("bad_checksum", number);
            return;
        }
        if (type == "GGA")
            read_altitude(sentence);
        else
            read_place(sentence, number);
    }

    void read_place(const NmeaSentence& sentence, std::uint64_t number) {
        give_waiting();
        if (!says_place(sentence)) return points_.refuse("no_fix", number);
        waiting_ = point_of_sentence(sentence, SpeedUnit::knots);
        waiting_line_ = number;
        waiting_time_ = sentence.fields[1];
        if (waiting_time_ == altitude_time_) waiting_->altitude_m = altitude_m_;
    }

    void read_altitude(const NmeaSentence& sentence) {
        altitude_time_ = sentence.fields[1];
        // Its unit is always metres; where that is cut off, digits may be, too.
        const bool is_whole = sentence.fields[6] != "0" && sentence.fields[10] == "M";
        altitude_m_ = is_whole ? detail_in(sentence.fields[9]) : std::nullopt;
        if (waiting_ && waiting_time_ == altitude_time_) waiting_->altitude_m = altitude_m_;
    }

    void give_waiting() {
        if (waiting_) points_.take(*waiting_, waiting_line_);
        waiting_.reset();
    }

    ImportedPoints& points_;
    bool has_checksums_ = false;
    std::optional<ReportedPoint> waiting_;  // for its altitude
    std::uint64_t waiting_line_ = 0;
    std::string waiting_time_, altitude_time_;
    std::optional<double> altitude_m_;
    LineCutter lines_{
        {.on_line = [this](std::string_view line,
                           std::uint64_t number) { read_line(line, number); },
         .on_too_long = [this](std::uint64_t number) { points_.refuse("too_long", number); }}};
};

}  // namespace

std::unique_ptr<TrackReader> make_nmea_log_reader(ImportedPoints& points) {
    return std::make_unique<NmeaTrackReader>(points);
}

}  // namespace waymark::tracker
