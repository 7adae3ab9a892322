// What a run is allowed: the program, the client that may be started beside it, and how much of the
// machine they may take. All of it comes from the manifest and from here; nothing from a browser.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "slides/server/manifest.hh"
#include "slides/server/process_facts.hh"

namespace waymark::slides {

struct RunLimits {
    std::chrono::milliseconds time{20'000};     // from start to the end of the last process
    std::chrono::seconds processor{10};         // for each process (RLIMIT_CPU, setrlimit(2))
    std::size_t output_bytes = 256 * 1024;      // of all programs together
    std::size_t processes = 100;                // alive at once, all descendants counted
    std::size_t file_bytes = 16 * 1024 * 1024;  // for each file (RLIMIT_FSIZE)
    std::chrono::milliseconds grace{500};       // between SIGTERM and SIGKILL
    std::chrono::milliseconds look_every{80};   // the tree is looked at so often, or oftener
    std::chrono::minutes step{20};              // so long a step is looked at
};

struct RunPlan {
    DemoEntry demo;
    std::optional<DemoEntry> client;
    RunLimits limits;
    ShownFacts shown = {};
    // False: as where the kernel refuses to tell each fork, exec and exit (process_events.hh).
    bool ask_kernel = true;
    // After so long a step ends by itself; without it, when somebody says "next".
    std::optional<std::chrono::milliseconds> step_time = {};
    // For a recording: a button is pressed at each step (buttons.hh).
    std::vector<std::string> presses = {};
};

// As the manifest says it. `demo` is one of `lesson`.
RunPlan plan_for(const LessonEntry& lesson, const DemoEntry& demo, ShownFacts shown = {});

}  // namespace waymark::slides
