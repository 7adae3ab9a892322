// Lesson 11: two threads log at the same time, and the second comes between any two instructions of
// the first.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
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

// What the second thread does each time that the first one stands still.
struct Meetings {
    std::atomic<int> count = 0;
    std::atomic<int> last_told = 0;  // the number of the last one at which it told of a lost line
};
struct {
    Log* log = nullptr;
    Fd file = {};  // to read what it has written
    bool loses_another = false;
    Meetings* seen = nullptr;
} second;

bool ends_with_lost_lines(const Fd& file) {
    constexpr std::string_view kEnd = "were lost\n";
    char end[kEnd.size()] = {};
    const off_t place = ::lseek(file.get(), -static_cast<off_t>(sizeof end), SEEK_END);
    return ::pread(file.get(), end, sizeof end, place) == sizeof end &&
           std::string_view(end, sizeof end) == kEnd;
}

// Logs a line, and sees whether that told of a lost one; then there is another to be told of.
void log_between(int) {
    ++second.seen->count;
    second.log->info("between");
    if (!ends_with_lost_lines(second.file)) return;
    second.seen->last_told = second.seen->count.load();
    if (second.loses_another) second.log->info("{}", Unspeakable{});
}

struct Place {
    int first;
    int every = 1;
};

// A line is lost. One thread logs a line, and from the beginning of its write(2) on it stands still
// after some of its instructions until another one has logged a line there. The place of the last
// instruction at which the other one told of a lost line; 0 if there was none.
int last_told_at(const Place& place, const Folder& folder, bool once) {
    Log log(to_file(folder));
    const SharedMemory<Meetings> seen;
    second = {&log, Fd(::open(folder.log().c_str(), O_RDONLY | O_CLOEXEC)), !once, &*seen};
    ::signal(SIGUSR1, log_between);
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
    plan.first = place.first;
    plan.every = place.every;
    plan.is_enough = [&] { return once || seen->last_told != seen->count; };
    const Stepped stepped = step_through(plan);
    second.file.reset();
    if (!stepped.possible) skip("this system does not let a process trace its child (ptrace)");
    return seen->last_told == 0 ? 0 : place.first + (seen->last_told - 1) * place.every;
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

}  // namespace

TEST_CASE("two threads take the number of the lost in one step") {
    const SignalsAsFound as_found({SIGUSR1});
    step(
        "a line is lost, and one is logged; while it is, another thread logs one, and another, and "
        "tells of what is lost by then: until the first one has taken the number");
    constexpr int kStride = 64;
    const int about = last_told_at({kStride, kStride}, Folder(), false);
    const int last = std::max(about, last_told_at({about + 1}, Folder(), false));
    if (last == 0) return;  // the number is taken before the write
    // Who looks at the number, and then takes it, stands between the two there.
    step("the same, and the other thread logs one line, at the last place where it came in time");
    const Folder folder;
    last_told_at({last}, folder, true);
    expect_right(lines_of(folder.log()));
}
