// The words of a check. A check that says "CHECK(a == b) failed, 2 == 3" leaves the learner where
// they were. Here a case tells a story in numbered steps; the step that fails says what was
// expected, what was seen, which misconception makes programs behave so, and where to read about
// it.
//
//     TEST_CASE("three children that end together are all collected") {
//         step("start three children that end at once");
//         ...
//         step("one SIGCHLD came: call reap() once");
//         expect_equal(children.reap().size(), 3U, "children collected", kOneWaitPerSignal);
//     }
//
// Run alone, the program prints the story. Run by the course runner, the same events go as lines of
// JSON to the descriptor named in WAYMARK_RESULT_FD, so that what the learner's code prints never
// mixes with the verdict. A child of the learner that comes back into the check is caught at its
// next step: it says so and ends.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::course::check {

// Written in the check once for each misconception of the lesson.
struct Advice {
    std::string misconception =
        "";                    // its name, as LESSONS and the README call it: "one wait per signal"
    std::string because = "";  // one or two sentences: what happens and why
    std::string read = "";     // "README.md#one-wait-for-many; waitpid(2), NOTES"
};

// The next step of the story, as one clause: "start a child that ends with 7".
void step(std::string_view what);

// What a hang or a crash from here to the next step most likely means. A check cannot speak when it
// hangs; the runner says this in its place.
void if_it_hangs(const Advice& advice);
void if_it_crashes(const Advice& advice);

// Ends the case as failed, unless `right`. `what` is what was looked at: "the exit status".
void expect(bool right, std::string_view what, std::string_view expected, std::string_view seen,
            const Advice& advice);
[[noreturn]] void fail(std::string_view what, std::string_view expected, std::string_view seen,
                       const Advice& advice);

// This case cannot run here ("needs root"). Counted and shown, never silent. Ends the case.
[[noreturn]] void skip(std::string_view why);

// Bytes exactly: "ab\r\n\x00", in quotes.
std::string show(std::string_view bytes);
inline std::string show(const std::string& bytes) {
    return show(std::string_view(bytes));
}
inline std::string show(const char* bytes) {
    return show(std::string_view(bytes));
}
std::string show(bool value);
std::string show(double value);
template <typename Number>
std::string show(const Number& value) {
    return std::to_string(value);
}

template <typename Seen, typename Expected>
void expect_equal(const Seen& seen, const Expected& expected, std::string_view what,
                  const Advice& advice) {
    expect(seen == expected, what, show(expected), show(seen), advice);
}

// `body` must not throw; what it throws is shown in words.
void expect_no_throw(const std::function<void()>& body, std::string_view what,
                     const Advice& advice);

// Looks at `condition` until it holds or ten seconds have passed; true if it came to hold. For what
// another process does in its own time. Never for "nothing happens": order that by pipes.
bool eventually(const std::function<bool()>& condition);

}  // namespace waymark::course::check
