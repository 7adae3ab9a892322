// `./waymark doctor`: what was looked at, in words or as JSON.

#include "lessons/course/doctor.hh"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "lessons/course/commands/teacher.hh"

namespace waymark::course {

namespace {

const char* state_name(Health::State state) {
    switch (state) {
        case Health::State::good:
            return "good";
        case Health::State::limited:
            return "limited";
        default:
            return "broken";
    }
}

std::string sign(const Style& style, Health::State state) {
    if (state == Health::State::good) return style.good("ok  ");
    return state == Health::State::limited ? style.warn("less") : style.bad("FAIL");
}

void print_one(const Reporter& reporter, const Health& health) {
    constexpr int kIndent = 30;
    fmt::print("  {}  {:<20}  {}\n", sign(reporter.style, health.state), health.what,
               wrapped(health.seen, reporter.width, kIndent, kIndent));
    if (health.state == Health::State::good) return;
    for (const auto& [label, words] :
         {std::pair("cannot run: ", health.cannot), std::pair("cure:       ", health.cure)})
        fmt::print("{:{}}{}{}\n", "", kIndent - 12, label,
                   wrapped(words, reporter.width, kIndent, kIndent));
}

void print_json(const std::vector<Health>& all) {
    nlohmann::json list = nlohmann::json::array();
    for (const Health& health : all)
        list.push_back({{"state", state_name(health.state)},
                        {"what", health.what},
                        {"seen", health.seen},
                        {"cannot", health.cannot},
                        {"cure", health.cure}});
    fmt::print("{}\n", list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

int doctor(const Course& course, bool json) {
    std::vector<Health> all = look_at_programs(course.folders().root);
    std::ranges::move(look_at_sanitizers(), std::back_inserter(all));
    std::ranges::move(look_at_system(course.folders().work), std::back_inserter(all));
    const auto limited = std::ranges::count(all, Health::State::limited, &Health::state);
    const auto broken = std::ranges::count(all, Health::State::broken, &Health::state);
    if (json) {
        print_json(all);
    } else {
        for (const Health& health : all) print_one(course.reporter(), health);
        fmt::print("{} things looked at: {} limit the course, {} break it\n", all.size(), limited,
                   broken);
    }
    return broken == 0 ? 0 : 1;
}

}  // namespace waymark::course
