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
// Run alone, the program prints the story. Run by the course runner, the same events go to it as
// lines of JSON over a socket (runner_line.hh), so that what the learner's code prints never mixes
// with the verdict. A child of the learner that comes back into the check is caught at its
// next step: it says so and ends.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
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

// What was seen fits several misconceptions, or none that the check knows: then it says that it is
// not sure. One alone needs no braces.
class Causes {
  public:
    Causes(const Advice& one) : all_{one} {}
    Causes(std::initializer_list<Advice> some) : all_(some) {}
    const std::vector<Advice>& all() const { return all_; }

  private:
    std::vector<Advice> all_;
};

// The next step of the story, as one clause: "start a child that ends with 7".
void step(std::string_view what);

// What a hang or a crash from here to the next step most likely means. A check cannot speak when
// it hangs; the runner says this in its place. To be said more than once for different evidence:
// `sign` are words of what the runner then sees, "waits in waitpid" or "data race", or "it uses
// the processor" of a case that was ended for that. Advice with a sign that is seen goes before
// advice without one. Who runs and does not wait gets no advice that has no sign: that is a loop,
// and the runner says so.
void if_it_hangs(const Advice& advice, std::string_view sign = {});
void if_it_crashes(const Advice& advice, std::string_view sign = {});

// As long as it lives: when a step fails, `printed` is asked what another process of the case has
// printed. A sanitizer's report in it is then the cause, and not what the step would have guessed.
class Witness {
  public:
    explicit Witness(std::function<std::string()> printed);
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
    ~Witness();

  private:
    std::function<std::string()> printed_;
    Witness* previous_;
    friend void ask_witnesses();
};

// The most processor time that this case with all its processes may use. What it costs on a busy
// machine, too, so be generous; without it the runner's own limit holds (case_run.hh).
void may_use(std::chrono::milliseconds processor_time);

// The check has used so much for its own looking, in this process or by what it does to the
// learner's (single steps, say). It is taken off what the case has used, which is the learner's. To
// be told soon: the runner looks ten times a second.
void does_not_count(std::chrono::milliseconds processor_time);

// Ends the case as failed, unless `right`. `what` is what was looked at: "the exit status".
void expect(bool right, std::string_view what, std::string_view expected, std::string_view seen,
            const Causes& causes);
[[noreturn]] void fail(std::string_view what, std::string_view expected, std::string_view seen,
                       const Causes& causes);

// This case cannot run here ("needs root"). Counted and shown, never silent. Ends the case.
[[noreturn]] void skip(std::string_view why);

// A child that returns from the learner's fork into the check would tell the story a second time:
// says so and ends it. Everything above asks this first.
void only_in_the_check();

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
                  const Causes& causes) {
    expect(seen == expected, what, show(expected), show(seen), causes);
}

// `body` must not throw; what it throws is shown in words.
void expect_no_throw(const std::function<void()>& body, std::string_view what,
                     const Causes& causes);

// Looks at `condition` until it holds or ten seconds have passed; true if it came to hold. For what
// another process does in its own time. Never for "nothing happens": order that by pipes.
bool eventually(const std::function<bool()>& condition);

}  // namespace waymark::course::check
