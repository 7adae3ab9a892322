#include "lessons/course/report.hh"

#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace waymark::course {

namespace {

constexpr int kIndent = 6;

// What to say of a thing left behind when the case has no advice of its own.
const std::map<std::string, CaseResult::Advice>& advice_for_left() {
    static const std::map<std::string, CaseResult::Advice> advice = {
        {"zombie",
         {"a child that nobody waited for",
          "A child that has ended stays as a zombie, with its exit status, until its parent calls "
          "wait(2). Each one takes a place in the process table.",
          "waitpid(2), NOTES"}},
        {"orphan",
         {"a child that was left alone",
          "A process was started and still runs, though its parent is gone. Who starts a process "
          "also ends it and waits for it.",
          "waitpid(2); prctl(2), PR_SET_CHILD_SUBREAPER"}},
        {"descriptor",
         {"a descriptor that stayed open",
          "Every open(2), pipe(2), socket(2), dup(2) and accept(2) needs its close(2), also on the "
          "way out of an error. Give it to a daemon::Fd and its scope closes it.",
          "close(2); daemon/fd.hh"}},
        {"thread",
         {"a thread that nobody joined",
          "A thread was started and still runs. It may use what its owner has destroyed.",
          "pthread_join(3)"}},
        {"changed",
         {"something changed that nobody asked for",
          "The caller had it so, and finds it otherwise. What is changed for a moment is put back as it was found, "
          "which may not be what is usual; what is not in the contract is left alone.",
          "sigaction(2); sigprocmask(2); environ(7)"}},
        {"file",
         {"a file that was left", "A temporary file is removed by who made it.", "unlink(2)"}},
    };
    return advice;
}

std::string pad(int columns) {
    return std::string(static_cast<std::size_t>(columns), ' ');
}

class Page {
  public:
    Page(const Style& style, int width) : style_(style), width_(width) {}

    void blank() { text_ += '\n'; }
    void paragraph(std::string_view text, int indent = kIndent) {
        text_ += pad(indent) + wrapped(text, width_, indent, indent) + '\n';
    }
    // "expected  3": a value keeps its line ends, aligned under its label.
    void value(std::string_view label, std::string_view text) {
        constexpr int kColumn = kIndent + 12;
        text_ += pad(kIndent + 2) + fmt::format("{:<10}", label) +
                 wrapped(printable(text), width_, kColumn, kColumn) + '\n';
    }
    void advice(std::string_view how, const CaseResult::Advice& advice, const Lesson& lesson) {
        if (!advice.misconception.empty()) {
            blank();
            paragraph(fmt::format("{}: {}", how, style_.strong(advice.misconception)), kIndent - 2);
            if (!advice.because.empty()) paragraph(advice.because);
        }
        if (!advice.read.empty()) {
            blank();
            read(advice.read, lesson);
        }
    }
    // None of the mistakes that the check knows looks like this. Then it guesses nothing.
    void not_sure() {
        blank();
        paragraph("Not sure why. What was seen stands above.", kIndent - 2);
    }
    std::string text() const { return text_; }

  private:
    void read(const std::string& places, const Lesson& lesson) {
        std::istringstream parts(places);
        const char* label = "Read:   ";
        for (std::string place; std::getline(parts, place, ';');) {
            place.erase(0, place.find_first_not_of(' '));
            if (place.starts_with("README.md"))
                place = fmt::format("lessons/{}/{}", lesson.name, place);
            text_ += pad(kIndent - 2) + label + place + '\n';
            label = "        ";
        }
    }

    const Style& style_;
    int width_;
    std::string text_;
};

void tell_steps(Page& page, const Style& style, const CaseResult& result) {
    for (std::size_t place = 0; place < result.steps.size(); ++place) {
        const bool here = place + 1 == result.steps.size();
        const std::string number = fmt::format("{}. ", place + 1);
        page.paragraph(number + result.steps[place] + (here ? style.bad("   <- here") : ""),
                       kIndent - 2);
    }
    if (!result.steps.empty()) page.blank();
}

// Fifty processes of one kind say no more than three of them and how many there are.
std::vector<std::string> few_of(std::vector<std::string> lines) {
    constexpr std::size_t kMost = 3;
    if (lines.size() <= kMost + 1) return lines;
    const std::size_t more = lines.size() - kMost;
    lines.resize(kMost);
    lines.push_back(fmt::format("and {} more like these", more));
    return lines;
}

void tell_what_happened(Page& page, const Style& style, const CaseResult& result) {
    if (result.failure) {
        page.paragraph(result.failure->what);
        page.value("expected", result.failure->expected);
        page.value("saw", result.failure->seen);
    }
    if (result.outcome == CaseOutcome::crashed || result.finding) {
        page.paragraph("The program crashed: " +
                       (result.finding ? result.finding->words : result.ending) + ".");
        if (result.finding && !result.finding->place.empty())
            page.value("where", result.finding->place);
        if (result.finding) page.value("report", result.finding->detail);
    }
    if (result.outcome == CaseOutcome::quit)
        page.paragraph(fmt::format(
            "The program ended in the middle of the case ({}), before the check was done with it.",
            result.ending));
    if (result.outcome == CaseOutcome::hung) {
        page.paragraph("It did not end in time. What it was doing then:");
        for (const std::string& line : few_of(result.waits)) page.paragraph(line, kIndent + 2);
        if (result.waits.empty()) page.paragraph("nothing that can be seen", kIndent + 2);
    }
    if (result.outcome != CaseOutcome::untidy) return;
    page.paragraph("All steps are right, but something was left behind:");
    std::map<std::string, std::vector<std::string>> by_kind;
    for (const CaseResult::Left& left : result.left)
        by_kind[left.kind].push_back(style.strong(left.kind) + ": " + left.what);
    for (const auto& [kind, lines] : by_kind)
        for (const std::string& line : few_of(lines)) page.paragraph(line, kIndent + 2);
}

void tell_printed(Page& page, const Style& style, const CaseResult& result) {
    constexpr std::size_t kMostLines = 6;
    if (result.printed.empty() || result.finding) return;
    page.blank();
    page.paragraph("It printed:", kIndent - 2);
    std::istringstream lines(result.printed);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line) && count < kMostLines; ++count)
        page.paragraph(style.dim(printable(line)));
}

}  // namespace

std::string Reporter::line(const CaseResult& result) const {
    switch (result.outcome) {
        case CaseOutcome::passed:
            return fmt::format("  {}    {}\n", style.good("ok"), result.name);
        case CaseOutcome::skipped:
            return fmt::format("  {}  {}: {}\n", style.warn("skip"), result.name,
                               result.skipped_because);
        default:
            return fmt::format("  {}  {}\n", style.bad("FAIL"), result.name);
    }
}

std::string Reporter::compile_problems(const Verdict& verdict) const {
    std::string text;
    for (const std::string& problem : verdict.problems) text += "  " + printable(problem) + "\n";
    return text;
}

std::string Reporter::story(const Lesson& lesson, const CaseResult& result) const {
    Page page(style, width);
    page.blank();
    tell_steps(page, style, result);
    tell_what_happened(page, style, result);
    CaseResult::Advice advice = result.advice;
    if (advice.misconception.empty() && result.outcome == CaseOutcome::untidy)
        advice = advice_for_left().at(result.left.front().kind);
    page.advice("Likely", advice, lesson);
    for (const CaseResult::Advice& other : result.or_else) page.advice("Or", other, lesson);
    if (advice.misconception.empty() && advice.read.empty()) page.not_sure();
    tell_printed(page, style, result);
    return page.text();
}

std::string Reporter::summary(const Lesson& lesson, const Verdict& verdict) const {
    const std::string seconds = fmt::format(
        "{:.1f} s", std::chrono::duration<double>(verdict.compile_time + verdict.run_time).count());
    if (!verdict.compiled)
        return fmt::format("\n{} It does not compile yet. {}\n", style.bad("not yet:"), seconds);
    const std::size_t passed = verdict.count(CaseOutcome::passed);
    const std::size_t skipped = verdict.count(CaseOutcome::skipped);
    std::string counts = fmt::format("{} of {} cases pass", passed, verdict.cases_in_all);
    if (skipped > 0) counts += fmt::format(", {} skipped", skipped);
    if (verdict.passed())
        return fmt::format("\n{} {}, {}.\n", style.good("passed:"), counts, seconds);
    const std::size_t waiting = verdict.cases_in_all - verdict.cases.size();
    if (waiting > 0) counts += fmt::format(", {} wait behind this one", waiting);
    return fmt::format("\n{} {}, {}. './waymark hint {}' helps on.\n", style.bad("not yet:"),
                       counts, seconds, lesson.number());
}

std::string verdict_as_json(const Lesson& lesson, const Verdict& verdict) {
    using nlohmann::json;
    json cases = json::array();
    for (const CaseResult& result : verdict.cases) {
        json entry = {{"name", result.name},
                      {"outcome", outcome_name(result.outcome)},
                      {"milliseconds", result.time.count()},
                      {"processor_milliseconds", result.processor_time.count()},
                      {"steps", result.steps}};
        if (result.failure)
            entry["failure"] = {{"what", result.failure->what},
                                {"expected", result.failure->expected},
                                {"seen", result.failure->seen}};
        if (!result.advice.misconception.empty())
            entry["misconception"] = {{"name", result.advice.misconception},
                                      {"because", result.advice.because},
                                      {"read", result.advice.read}};
        for (const CaseResult::Advice& other : result.or_else)
            entry["or_else"].push_back(
                {{"name", other.misconception}, {"because", other.because}, {"read", other.read}});
        if (result.finding)
            entry["crash"] = {{"words", result.finding->words},
                              {"place", result.finding->place},
                              {"report", result.finding->detail}};
        if (!result.ending.empty()) entry["ending"] = result.ending;
        if (!result.waits.empty()) entry["waits"] = result.waits;
        for (const CaseResult::Left& left : result.left)
            entry["left"].push_back({{"kind", left.kind}, {"what", left.what}});
        if (!result.skipped_because.empty()) entry["skipped"] = result.skipped_because;
        cases.push_back(std::move(entry));
    }
    const json whole = {{"lesson", lesson.name},
                        {"passed", verdict.passed()},
                        {"compiled", verdict.compiled},
                        {"problems", verdict.problems},
                        {"cases", cases},
                        {"cases_in_all", verdict.cases_in_all},
                        {"compile_milliseconds", verdict.compile_time.count()},
                        {"run_milliseconds", verdict.run_time.count()}};
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace waymark::course
