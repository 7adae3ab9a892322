#include "slides/server/run_plan.hh"

#include <algorithm>

namespace waymark::slides {

RunPlan plan_for(const LessonEntry& lesson, const DemoEntry& demo) {
    constexpr std::chrono::seconds kLongestRun{120};
    RunPlan plan{.demo = demo, .client = {}, .limits = {}};
    plan.limits.time = std::min(demo.limit, kLongestRun);
    if (const DemoEntry* client = lesson.demo(demo.client)) plan.client = *client;
    return plan;
}

}  // namespace waymark::slides
