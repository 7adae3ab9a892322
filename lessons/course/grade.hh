// A grade: what a learner's files are worth. Each case of a lesson's check is worth a point, or what
// the lesson's manifest says, which also names the cases without which there is no point at all.
// It is made whatever those files do: not begun, not compiling, crashing, hanging, printing without
// end. Then the points are missing and the reason is there.
//
// What it is not: a lock. The learner's code runs with the rights of the grader, so somebody who
// sets out to change a grade can; who grades strangers reads what they sent.

#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lessons/course/course.hh"

namespace waymark::course {

enum class Mark {
    passed,
    failed,   // an expectation did not hold, or something was left behind
    broken,   // no answer: it does not compile, crashes, hangs, ends too early, or is not there
    skipped,  // cannot be looked at on this machine; counts neither way
};

struct GradedCase {
    std::string name;
    Mark mark = Mark::broken;
    std::string reason;  // in a few words: "crashed"; empty if it passed
    std::string story;   // what the learner is told, clean text
    std::string file;    // the learner's that it is about, from the checkout if it is in there
    int line = 0;        // of that file; where the exercise begins if no better one is known
    int worth = 1;       // in points
    std::chrono::milliseconds time{0};
};

struct GradedLesson {
    std::string name;
    std::string title;
    std::string reason;     // why no case was run; empty otherwise
    std::string story;      // the same at length, told once for all cases
    std::string forfeited;  // the case that must pass and did not; then there are no points
    std::vector<GradedCase> cases;  // never empty
    std::chrono::milliseconds time{0};

    std::size_t count(Mark mark) const;
    int points_of(const GradedCase& one) const;
    int points() const;
    int most_points() const;
};

// Of a case that counts neither way: nothing.
int most_points_of(const GradedCase& one);

struct Grade {
    std::vector<GradedLesson> lessons;

    int points() const;
    int most_points() const;
    std::chrono::milliseconds time() const;
};

class Grader {
  public:
    // `submission` holds what was handed in, as work/ does (NN-topic/FILE) or flat (FILE).
    Grader(const Course& course, std::filesystem::path submission)
        : course_(course), submission_(std::move(submission)) {}

    // Throws nothing that the learner's files are the reason of, and nothing for a check that
    // cannot be built either: that is a reason too.
    GradedLesson grade(const Lesson& lesson) const;

    // The lesson without a point, for when no more is known.
    static GradedLesson without_points(const Lesson& lesson, const std::string& reason);

  private:
    std::map<std::string, std::filesystem::path> files_of(const Lesson& lesson) const;
    GradedLesson run(const Lesson& lesson) const;

    const Course& course_;
    std::filesystem::path submission_;
};

}  // namespace waymark::course
