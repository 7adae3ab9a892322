#include "lessons/course/case_story.hh"

#include <fmt/core.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "daemon/error.hh"
#include "lessons/course/agreed.hh"

namespace waymark::course {

namespace {

using nlohmann::json;

constexpr std::size_t kMostBytes = 1024U * 1024;
constexpr std::size_t kMostSteps = 200;

std::string text(const json& event, const char* key) {
    const auto found = event.find(key);
    return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// `behind` is empty for the first cause, " 2" for the second.
CaseResult::Advice advice(const json& event, const std::string& behind = {}) {
    return {text(event, ("misconception" + behind).c_str()),
            text(event, ("because" + behind).c_str()), text(event, ("read" + behind).c_str())};
}

std::vector<CaseResult::Advice> other_advice(const json& event) {
    constexpr int kMost = 5;
    std::vector<CaseResult::Advice> others;
    for (int number = 2; number <= kMost; ++number) {
        const CaseResult::Advice other = advice(event, fmt::format(" {}", number));
        if (other.misconception.empty()) break;
        others.push_back(other);
    }
    return others;
}

std::string random_word() {
    std::array<unsigned char, kWordLength / 2> bytes;
    daemon::check(::getrandom(bytes.data(), bytes.size(), 0), "getrandom");
    std::string word;
    for (const unsigned char byte : bytes) word += fmt::format("{:02x}", byte);
    return word;
}

}  // namespace

CaseWords::CaseWords() : first(random_word()), last(random_word()) {}

void CaseStory::take(std::string_view bytes) {
    taken_ += bytes.size();
    if (taken_ > kMostBytes) return;
    unfinished_ += bytes;
    for (std::size_t end; (end = unfinished_.find('\n')) != std::string::npos;) {
        take_line(unfinished_.substr(0, end));
        unfinished_.erase(0, end + 1);
    }
}

void CaseStory::take_line(const std::string& line) {
    const bool is_last = line.starts_with(words_.last);
    if (!is_last && !line.starts_with(words_.first)) {
        somebody_else_spoke_ = true;
        return;
    }
    const json event = json::parse(line.substr(kWordLength), nullptr, false);
    if (!event.is_object() || is_last != (text(event, "event") == "end")) return;
    const std::map<std::string, std::function<void()>> actions = {
        {"step",
         [&] {
             if (told_.steps.size() < kMostSteps) told_.steps.push_back(text(event, "text"));
             if_it_hangs_.clear();
             if_it_crashes_.clear();
         }},
        {"if-it-hangs",
         [&] {
             if_it_hangs_.push_back({text(event, "sign"), advice(event)});
         }},
        {"if-it-crashes",
         [&] {
             if_it_crashes_.push_back({text(event, "sign"), advice(event)});
         }},
        {"printed", [&] { printed_ += text(event, "text"); }},
        {"may-use",
         [&] {
             may_use_ = std::chrono::milliseconds(std::atol(text(event, "milliseconds").c_str()));
         }},
        {"does-not-count",
         [&] {
             uncounted_ += std::chrono::milliseconds(
                 std::max(0L, std::atol(text(event, "milliseconds").c_str())));
         }},
        {"failed",
         [&] {
             failed_ = true;
             if (told_.failure) return;  // the first one is the reason of the others
             told_.failure = {text(event, "what"), text(event, "expected"), text(event, "seen")};
             told_.advice = advice(event);
             told_.or_else = other_advice(event);
         }},
        {"fell-through",
         [&] {
             failed_ = true;
             if (told_.failure) return;  // an exception has brought it here
             told_.failure = {"the child's way", "the child ends when its function has returned",
                              "the child came back into the code of its parent"};
             told_.advice = {"child falling through",
                             "After fork(2) both processes return from the same call. The child's "
                             "must not go on with what is the parent's.",
                             "fork(2), _exit(2)"};
         }},
        {"kill-everybody",
         [&] {
             failed_ = true;
             told_.failure = {"the process that is signalled", "a child of this program",
                              "kill(-1, ...), which is every process that you may signal; it was "
                              "not done"};
             told_.advice = {"a failed fork taken for a process id",
                             "fork(2) gives -1 when it fails, and kill(2) takes -1 for everybody.",
                             "kill(2), fork(2) RETURN VALUE"};
         }},
        {"kill-the-runner",
         [&] {
             failed_ = true;
             told_.failure = {"the process that is signalled", "a child of this program",
                              "the runner, by kill(getppid(), ...); it was not done"};
             told_.advice = {"a parent taken for a child",
                             "getppid(2) is who started this program: a shell, a service manager, "
                             "here the check. Its children are the numbers that fork(2) gave.",
                             "getppid(2), kill(2)"};
         }},
        {"thrown",
         [&] {
             failed_ = true;
             if (!told_.failure)
                 told_.failure = {"what the call does", "no exception",
                                  "exception: " + text(event, "what")};
         }},
        {"assertion",
         [&] {
             failed_ = true;
             if (!told_.failure) told_.failure = {text(event, "what"), "true", "false"};
         }},
        {"skipped",
         [&] {
             ended_ = true;
             told_.outcome = CaseOutcome::skipped;
             told_.skipped_because = text(event, "why");
         }},
        {"left",
         [&] {
             told_.left.push_back({text(event, "kind"), text(event, "what")});
         }},
        {"end",
         [&] {
             ended_ = true;
             failed_ = failed_ || text(event, "passed") != "yes";
         }},
    };
    const auto action = actions.find(text(event, "event"));
    if (action != actions.end()) action->second();
}

void CaseStory::tell(CaseResult& result) const {
    result.steps = told_.steps;
    result.failure = told_.failure;
    result.advice = told_.advice;
    result.or_else = told_.or_else;
    result.left = told_.left;
    result.skipped_because = told_.skipped_because;
    if (told_.outcome == CaseOutcome::skipped) result.outcome = CaseOutcome::skipped;
}

std::string outcome_name(CaseOutcome outcome) {
    switch (outcome) {
        case CaseOutcome::passed:
            return "passed";
        case CaseOutcome::failed:
            return "failed";
        case CaseOutcome::crashed:
            return "crashed";
        case CaseOutcome::hung:
            return "hung";
        case CaseOutcome::quit:
            return "quit";
        case CaseOutcome::untidy:
            return "untidy";
        case CaseOutcome::skipped:
            return "skipped";
    }
    return "unknown";
}

}  // namespace waymark::course
