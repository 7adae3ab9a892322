#include "slides/server/run_plan.hh"

#include <algorithm>
#include <utility>

namespace waymark::slides {

RunPlan plan_for(const LessonEntry& lesson, const DemoEntry& demo, ShownFacts shown) {
    constexpr std::chrono::seconds kLongestRun{120};
    RunPlan plan{.demo = demo, .client = {}, .limits = {}, .shown = std::move(shown)};
    plan.limits.time = std::min(demo.limit, kLongestRun);
    if (const DemoEntry* client = lesson.demo(demo.client)) plan.client = *client;
    return plan;
}

}  // namespace waymark::slides
