// What this machine has and lacks for the course: each thing is tried, not guessed, and what does
// not work comes with what cannot run because of it and with the cure. Nothing is changed.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace waymark::course {

struct Health {
    enum class State {
        good,
        limited,  // the course works; something in it does not
        broken,   // the course does not work
    };
    State state = State::good;
    std::string what;    // "inotify"
    std::string seen;    // "events come within 2 ms"
    std::string cannot;  // what does not run because of it; empty if it is good
    std::string cure;
};

// What the packages' list (lessons/course/packages.sh) names, and whether the compiler and Meson
// are new enough.
std::vector<Health> look_at_programs(const std::filesystem::path& root);

// Whether programs with each sanitizer run here at all.
std::vector<Health> look_at_sanitizers();

// Limits, kernel, ports, and the file system of `work`.
std::vector<Health> look_at_system(const std::filesystem::path& work);

}  // namespace waymark::course
