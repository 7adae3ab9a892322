// Reads the events of one case (check/events.hh) as they come, in pieces of any length. The program
// at the other end is the learner's: a line that is no event is passed over, and what comes is
// bounded.

#pragma once

#include <string>
#include <string_view>

#include "lessons/course/case_result.hh"

namespace waymark::course {

class CaseStory {
  public:
    void take(std::string_view bytes);

    // Fills in steps, failure, advice, skip and what the case itself saw left behind.
    void tell(CaseResult& result) const;

    bool ended() const { return ended_; }
    bool failed() const { return failed_; }
    const CaseResult::Advice& if_it_hangs() const { return if_it_hangs_; }
    const CaseResult::Advice& if_it_crashes() const { return if_it_crashes_; }

  private:
    void take_line(const std::string& line);

    std::string unfinished_;
    std::size_t taken_ = 0;
    CaseResult told_;
    CaseResult::Advice if_it_hangs_;
    CaseResult::Advice if_it_crashes_;
    bool ended_ = false;
    bool failed_ = false;
};

}  // namespace waymark::course
