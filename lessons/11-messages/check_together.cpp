// Lesson 11: two threads log at the same time, and the second comes between any two instructions of
// the first.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lessons/course/check/faults.hh"
#include "lessons/course/check/shared_memory.hh"
#include "lessons/course/check/single_step.hh"
#include "lessons/course/check/surroundings.hh"
#include "seen.hh"

using namespace waymark::course::check;

namespace {

// What became of the second thread.
struct Meeting {
    std::atomic<bool> took_place = false;
    std::atomic<bool> told = false;  // of the lost line
};
struct {
    Log* log = nullptr;
    Fd file = {};  // to read what it has written
    Meeting* seen = nullptr;
} second;

bool ends_with_lost_lines(const Fd& file) {
    constexpr std::string_view kEnd = "were lost\n";
    char end[kEnd.size()] = {};
    const off_t place = ::lseek(file.get(), -static_cast<off_t>(sizeof end), SEEK_END);
    return ::pread(file.get(), end, sizeof end, place) == sizeof end &&
           std::string_view(end, sizeof end) == kEnd;
}

void log_between(int) {
    second.log->info("between");
    second.seen->told = ends_with_lost_lines(second.file);
    second.seen->took_place = true;
}

void expect_right(const std::vector<std::string>& lines) {
    const auto count = [&](const std::string& end) {
        const auto ends = [&](const std::string& line) { return line.ends_with(end); };
        return std::ranges::count_if(lines, ends);
    };
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    expect(lines.size() == 3 && count("] info: one") == 1 && count("] info: between") == 1 &&
               count("] warning: " + told(1)) == 1,
           "the lines of the two", "one, between, and once: " + told(1), show(all), kMistold);
}

// What is looked up or made at the first call of a function, under a lock of its own, is there
// from here on: in both threads each call is one like all others.
void tell_of_a_lost_line() {
    const Folder folder;
    Log log(to_file(folder));
    log.info("{}", Unspeakable{});
    Faults faults;
    faults.before(Call::write, [] {});
    log.info("next");
}

// A line is lost. One thread logs a line, and stands still after so many of its instructions,
// counted from the beginning of its write(2), until another one has logged a line there. True if
// that one came in time to tell of the lost one.
bool told_by_the_other(int place) {
    const Folder folder;
    Log log(to_file(folder));
    const SharedMemory<Meeting> seen;
    second = {&log, Fd(::open(folder.log().c_str(), O_RDONLY | O_CLOEXEC)), &*seen};
    StepPlan plan;
    plan.signal = SIGUSR1;
    plan.act = [&] {
        log.info("{}", Unspeakable{});
        std::optional<Faults> faults(std::in_place);
        faults->before(Call::write, [&] {
            faults.reset();  // its lock may not be what the other thread waits for
            step_from_here();
        });
        log.info("one");
    };
    plan.count = [] { return 0; };
    plan.spare_libraries = true;
    plan.begins_later = true;
    plan.first = place;
    plan.is_enough = [] { return true; };
    const Stepped stepped = step_through(plan);
    second.file.reset();
    if (!stepped.possible) skip("this system does not let a process trace its child (ptrace)");
    // It was too late for a meeting, or waits for the first one.
    if (!seen->took_place) return false;
    expect_right(lines_of(folder.log()));
    return seen->told;
}

}  // namespace

TEST_CASE("two threads take the number of the lost in one step") {
    const SignalsAsFound as_found({SIGUSR1});
    ::signal(SIGUSR1, log_between);
    tell_of_a_lost_line();
    step(
        "a line is lost, and one is logged; behind some instruction of that another thread logs "
        "one: here and there, and at last behind the last at which it still tells of the lost one");
    // Who looks at the number, and then takes it, stands between the two there.
    constexpr int kFirst = 512;
    constexpr int kMost = 1 << 14;
    int in_time = 0;
    int too_late = kMost;
    for (int place = kFirst; too_late - in_time > 1;
         place = too_late == kMost ? 2 * in_time : std::midpoint(in_time, too_late))
        (told_by_the_other(place) ? in_time : too_late) = place;
}
