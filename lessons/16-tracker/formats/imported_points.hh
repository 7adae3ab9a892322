// What readers of files have found: the fixes that wait to be stored, and of what cannot be one how
// many there are, why, and in which line the first of each kind stands. The rules are those for
// what phones send (protocols/reported_point).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fix.hh"
#include "protocols/reported_point.hh"

namespace waymark::tracker {

class ImportedPoints {
  public:
    struct Refused {
        std::string_view reason;  // a word of our own; it lives for ever
        std::uint64_t count = 0;
        std::uint64_t first_line = 0;
    };

    // `now` is the clock by which a time is in the future. What is older than `oldest` would be
    // removed again (store/retention), and is refused.
    explicit ImportedPoints(UnixMillis now, UnixMillis oldest = kOldestTime)
        : now_(now), oldest_(oldest) {}

    // `line` is where the point, or the record that it is in, begins.
    void take(const ReportedPoint& point, std::uint64_t line);
    // One that the file itself calls not valid is stored as such.
    void take_invalid(const ReportedPoint& point, std::uint64_t line);
    // One that could not even be read. `reason` must live for ever.
    void refuse(std::string_view reason, std::uint64_t line);

    // Those that wait; whoever stores them takes them out.
    std::vector<Fix>& waiting() { return waiting_; }
    std::uint64_t read() const { return read_; }  // with those that were refused
    std::uint64_t refused() const;
    // In the order in which they first came.
    const std::vector<Refused>& refusals() const { return refusals_; }

  private:
    UnixMillis now_;
    UnixMillis oldest_;
    std::uint64_t read_ = 0;
    std::vector<Fix> waiting_;
    std::vector<Refused> refusals_;
};

// A reason in words that follow "refused:": "lat_out_of_range" is "the latitude is not within -90
// and 90".
std::string_view words_of_refusal(std::string_view reason);

}  // namespace waymark::tracker
