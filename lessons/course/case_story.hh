// Reads the events of one case (check/events.hh) as they come, in pieces of any length. The program
// at the other end is the learner's: what does not begin with the words that were given to the
// check (check/runner_line.hh) or is no event is passed over, and what comes is bounded.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lessons/course/case_result.hh"

namespace waymark::course {

// Two words for one case, from the kernel's random numbers. Throws std::system_error.
struct CaseWords {
    CaseWords();
    std::string first;  // before each event
    std::string last;   // before the end of the case
};

class CaseStory {
  public:
    explicit CaseStory(CaseWords words) : words_(std::move(words)) {}
    void take(std::string_view bytes);

    // Fills in steps, failure, advice, skip and what the case itself saw left behind.
    void tell(CaseResult& result) const;

    bool ended() const { return ended_; }
    bool failed() const { return failed_; }
    // Somebody who does not know the words has written where only the check writes.
    bool somebody_else_spoke() const { return somebody_else_spoke_; }
    // What other processes of the case have printed, when it failed.
    const std::string& printed() const { return printed_; }
    // The most processor time, if the case has said it.
    std::optional<std::chrono::milliseconds> may_use() const { return may_use_; }
    // Processor time that the check has used for itself.
    std::chrono::milliseconds uncounted() const { return uncounted_; }
    const std::vector<CaseResult::Guess>& if_it_hangs() const { return if_it_hangs_; }
    const std::vector<CaseResult::Guess>& if_it_crashes() const { return if_it_crashes_; }

  private:
    void take_line(const std::string& line);

    const CaseWords words_;
    std::string unfinished_;
    std::size_t taken_ = 0;
    CaseResult told_;
    std::vector<CaseResult::Guess> if_it_hangs_;
    std::vector<CaseResult::Guess> if_it_crashes_;
    std::string printed_;
    std::optional<std::chrono::milliseconds> may_use_;
    std::chrono::milliseconds uncounted_{0};
    bool ended_ = false;
    bool failed_ = false;
    bool somebody_else_spoke_ = false;
};

}  // namespace waymark::course
