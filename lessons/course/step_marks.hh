// Marks of steps in a source. A speaker goes through a region step by step, and each step is some
// of its lines. They are marked where they stand, so that they move along with the code:
//
//     Fd client(::accept4(listener, nullptr, nullptr, 0));  //@ 2      this line is step 2
//     if (!client) {                                        //@ 3..    step 3 begins here,
//         continue;
//     }                                                     //@ ..3    and ends here
//
// A line may belong to several steps (//@ 1 4), and a step may have several lines and ranges. The
// mark is the last thing of its line. Whoever reads the region, on a slide or as a solution, does
// not see the marks.

#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::course {

// A mark that cannot be understood, or a step that has no end; names the line and the mark.
class StepError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The lines of each step, by the step's number; lines are counted as they are handed in.
using StepLines = std::map<unsigned, std::vector<std::size_t>>;

// Whether `line` ends with a mark that can be understood.
bool has_step_mark(std::string_view line);

// `line` or a whole text without marks and without the blanks before them. What only looks like a
// mark stays.
std::string_view without_step_mark(std::string_view line);
std::string without_step_marks(std::string_view text);

// Reads the lines of a region, one after another.
class StepReader {
  public:
    // `line` has the number `number` in its file. Throws StepError.
    void read(std::string_view line, std::size_t number);
    // Behind the last line. Throws StepError if a step has no end.
    StepLines finish() const;

  private:
    void begin(unsigned step, std::size_t number);
    void end(unsigned step, std::size_t number);

    StepLines lines_;
    std::map<unsigned, std::size_t> open_;  // where they began
};

}  // namespace waymark::course
