// A grade: what a learner's files are worth, one point for each case of a lesson's check. It is
// made whatever those files do: not begun, not compiling, crashing, hanging, printing without end.
// Then the points are missing and the reason is there.
//
// What it is not: a lock. The learner's code runs in the process that tells the verdict, so
// somebody who sets out to forge a verdict can; who grades strangers reads what they sent.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
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
    int line = 0;        // of the learner's file, 0 if it is not known
    std::chrono::milliseconds time{0};
};

struct GradedLesson {
    std::string name;
    std::string title;
    std::string file;               // the learner's, from the checkout if it is in there
    std::string reason;             // why no case was run; empty otherwise
    std::vector<GradedCase> cases;  // never empty
    std::chrono::milliseconds time{0};

    std::size_t count(Mark mark) const;
    std::size_t points() const { return count(Mark::passed); }
    std::size_t most_points() const { return cases.size() - count(Mark::skipped); }
};

struct Grade {
    std::vector<GradedLesson> lessons;

    std::size_t points() const;
    std::size_t most_points() const;
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
