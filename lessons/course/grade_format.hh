// A grade in the words of those who collect grades. Each format is a rule of somebody else's, named
// beside it; what the learner's program printed appears in all of them only as clean, bounded text
// inside one of their strings.

#pragma once

#include <filesystem>
#include <string>

#include "lessons/course/grade.hh"

namespace waymark::course {

enum class GradeFormat { gradescope, junit, github, autolab, json };

// The whole text of a result. Throws nothing.
std::string grade_text(const Grade& grade, GradeFormat format);

// results.json of Gradescope (Autograder Specifications, "Output format").
std::string as_gradescope(const Grade& grade);

// The XML of JUnit as Jenkins reads it (junit-10.xsd): a suite for each lesson. A failed case is a
// <failure>, one without an answer an <error>.
std::string as_junit(const Grade& grade);

// Commands of GitHub's workflows ("Workflow commands for GitHub Actions"): an annotation for every
// case that did not pass, on the learner's line where it is known.
std::string as_github(const Grade& grade);

// What GitHub Actions reads from files: a table for GITHUB_STEP_SUMMARY, and for GITHUB_OUTPUT the
// line result=BASE64 which GitHub Classroom's autograding-grading-reporter takes.
std::string as_github_summary(const Grade& grade);
std::string as_github_output(const Grade& grade);

// Standard output of an Autolab grader ("Guide for Lab Authors", "Formatted Feedback"): words for
// the learner, then one line of JSON for the table, then one line {"scores": ...}, the last.
std::string as_autolab(const Grade& grade);

// Our own, for everything else.
std::string as_json(const Grade& grade);

// RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace waymark::course
