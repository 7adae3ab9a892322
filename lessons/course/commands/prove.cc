// For teachers and for the suite: ends with the suite's line, "N passed, N failed, N skipped".

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "lessons/course/commands/commands.hh"
#include "lessons/course/proof.hh"
#include "lessons/course/scratch_folder.hh"

namespace waymark::course {

int prove(const Course& course, const std::string& name, bool built) {
    const Lesson& lesson = course.lesson(name);
    const ScratchFolder scratch;
    const Toolchain toolchain = course.toolchain(lesson, scratch.path());
    if (!built) toolchain.build_ahead(lesson);
    const std::vector<ProofStep> steps =
        prove(lesson, course.workspace(), toolchain, [](const ProofStep& step) {
            fmt::print("{} {}\n", step.holds ? "ok    " : "FAILED", step.what);
            if (!step.holds) fmt::print("{}\n", step.reason);
            std::fflush(stdout);
        });
    const auto failed = std::ranges::count(steps, false, &ProofStep::holds);
    fmt::print("{} passed, {} failed, 0 skipped\n", static_cast<long>(steps.size()) - failed,
               failed);
    return failed == 0 ? 0 : 1;
}

}  // namespace waymark::course
