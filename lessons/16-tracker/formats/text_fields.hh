// Fields of a file as text: numbers and times in the forms that formats share, and elements of XML
// whose text has a bound.

#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "fix.hh"
#include "protocols/reported_point.hh"

namespace waymark::tracker {

// Without blanks, tabs and ends of lines around it.
std::string_view without_space(std::string_view text);

// A number, or nothing. For what only accompanies a place.
std::optional<double> detail_in(std::string_view text);
// Of a place: text that is no number is NaN, which the rules for a point judge; none is nothing.
std::optional<double> degrees_in(std::string_view text);

// Sets the time of `point` from a text (protocols/time_text): "" or the reason against it.
std::string_view read_time_into(std::string_view text, ReportedPoint& point);

// The text of the element that is open, as much of it as any number or time takes: what is longer
// is none of them.
class ElementText {
  public:
    static constexpr std::size_t kMost = 256;

    void begin() { text_.clear(), is_too_long_ = false; }
    void add(std::string_view part) {
        if (text_.size() + part.size() > kMost)
            is_too_long_ = true;
        else
            text_ += part;
    }
    std::string_view text() const {
        return is_too_long_ ? std::string_view("too long") : without_space(text_);
    }

  private:
    std::string text_;
    bool is_too_long_ = false;
};

}  // namespace waymark::tracker
