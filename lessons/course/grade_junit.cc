// The XML of JUnit, of which there is no standard: this keeps to junit-10.xsd, which Jenkins and
// most others read. The texts are clean already (clean_text.hh), so few characters are left to
// escape.

#include <fmt/core.h>

#include "lessons/course/clean_text.hh"
#include "lessons/course/grade_format.hh"
#include "net/http/html_text.hh"

namespace waymark::course {

namespace {

// Between tags.
std::string in_text(const std::string& text) {
    return net::http::escaped(clean_text(text, 2 * kMostReportText));
}

// In an attribute, where a parser would make a space of the end of a line.
std::string in_attribute(const std::string& text) {
    std::string result;
    for (const char character : in_text(text))
        result += character == '\n' ? "&#10;" : std::string(1, character);
    return result;
}

double as_seconds(std::chrono::milliseconds time) {
    return std::chrono::duration<double>(time).count();
}

// What all cases have in common stands under the first of them.
const std::string& story_under(const GradedLesson& lesson, const GradedCase& one) {
    return &one == &lesson.cases.front() && !lesson.story.empty() ? lesson.story : one.story;
}

std::string case_xml(const GradedLesson& lesson, const GradedCase& one) {
    const std::string head =
        fmt::format("    <testcase classname=\"waymark.{}\" name=\"{}\" time=\"{:.3f}\"",
                    in_attribute(lesson.name), in_attribute(one.name), as_seconds(one.time));
    if (one.mark == Mark::passed) return head + "/>\n";
    if (one.mark == Mark::skipped)
        return head +
               fmt::format(">\n      <skipped>{}</skipped>\n    </testcase>\n", in_text(one.story));
    const char* tag = one.mark == Mark::failed ? "failure" : "error";
    return head + fmt::format(
                      ">\n      <{0} type=\"{1}\" message=\"{1}\">{2}</{0}>\n"
                      "    </testcase>\n",
                      tag, in_attribute(one.reason), in_text(story_under(lesson, one)));
}

std::string counts(std::size_t tests, std::size_t failures, std::size_t errors) {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", tests, failures, errors);
}

}  // namespace

std::string as_junit(const Grade& grade) {
    std::string suites;
    std::size_t tests = 0, failures = 0, errors = 0;
    for (const GradedLesson& lesson : grade.lessons) {
        const std::size_t failed = lesson.count(Mark::failed), broken = lesson.count(Mark::broken);
        suites +=
            fmt::format("  <testsuite name=\"waymark.{}\" {} skipped=\"{}\" time=\"{:.3f}\">\n",
                        in_attribute(lesson.name), counts(lesson.cases.size(), failed, broken),
                        lesson.count(Mark::skipped), as_seconds(lesson.time));
        for (const GradedCase& one : lesson.cases) suites += case_xml(lesson, one);
        suites += "  </testsuite>\n";
        tests += lesson.cases.size();
        failures += failed;
        errors += broken;
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"waymark\" {} time=\"{:.3f}\">\n{}</testsuites>\n",
        counts(tests, failures, errors), as_seconds(grade.time()), suites);
}

}  // namespace waymark::course
