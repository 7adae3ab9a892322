#include "lessons/course/check/events.hh"

#include <fmt/core.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "lessons/course/check/runner_line.hh"

namespace waymark::course::check {

namespace {

pid_t the_case_pid = 0;

std::string json_string(std::string_view text) {
    std::string result = "\"";
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\')
            result += fmt::format("\\{}", character);
        else if (byte < 0x20)
            result += fmt::format("\\u{:04x}", byte);
        else
            result += character;
    }
    return result + '"';
}

}  // namespace

pid_t case_pid() {
    return the_case_pid;
}

void set_case_pid(pid_t pid) {
    the_case_pid = pid;
}

std::string Event::value(std::string_view key) const {
    const auto found = std::ranges::find(
        values_, key, [](const auto& pair) { return std::string_view(pair.first); });
    return found == values_.end() ? std::string() : found->second;
}

std::string Event::as_json() const {
    std::string text = "{";
    for (const auto& [key, value] : values_)
        text += fmt::format("{}{}:{}", text.size() > 1 ? "," : "", json_string(key),
                            json_string(value));
    return text + "}\n";
}

std::string Event::in_words() const {
    const std::string kind = value("event");
    if (kind == "case") return fmt::format("{}\n", value("name"));
    if (kind == "step") return fmt::format("    {}\n", value("text"));
    if (kind == "skipped") return fmt::format("SKIP: {}: {}\n", value("case"), value("why"));
    if (kind == "failed")
        return fmt::format(
            "  failed: {}\n    expected {}\n    seen     {}\n    likely: {}. {}\n    read: {}\n",
            value("what"), value("expected"), value("seen"), value("misconception"),
            value("because"), value("read"));
    if (kind == "left") return fmt::format("  left behind: {} {}\n", value("kind"), value("what"));
    if (kind == "fell-through") return "  a child came back into its parent's code\n";
    return {};
}

void send_event(const Event& event) {
    if (runner_listens()) return tell_runner(event.as_json());
    const std::string text = event.in_words();
    std::fflush(stdout);
    // By number: a write of its own would be planned for like the learner's.
    if (::syscall(SYS_write, STDOUT_FILENO, text.data(), text.size()) == -1) return;
}

}  // namespace waymark::course::check
