// What may be run, and how: the list that the build writes from every lesson.json. A browser names
// a demo of this list and nothing else; program, arguments and limits come from here.

#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::slides {

struct DemoEntry {
    std::string name;  // "1-zombies"
    std::string title;
    std::string look;  // what to look at while it runs
    std::filesystem::path program;
    std::vector<std::string> arguments;
    bool reads_input = false;
    std::string client;  // name of the demo that talks to this one; "" for none
    bool shows_mistake = false;
    bool needs_root = false;
    std::chrono::seconds limit{20};
};

struct LessonEntry {
    std::string name;  // "01-processes"
    std::string title;
    std::string question;
    std::chrono::minutes reading{0};
    std::chrono::minutes watching{0};
    std::chrono::minutes doing{0};
    std::chrono::minutes lecturing{0};  // with the deck; 0 is unknown
    std::vector<std::string> exercise;  // the sources, from the root
    std::vector<DemoEntry> demos;

    // Nothing if there is none.
    const DemoEntry* demo(std::string_view wanted) const;
};

struct Manifest {
    std::vector<LessonEntry> lessons;

    // "01-processes" or "01"; nothing if there is none.
    const LessonEntry* lesson(std::string_view wanted) const;
};

// Programs are named from the manifest's own folder. Throws UsageError if the file is missing or is
// not what the build writes.
Manifest load_manifest(const std::filesystem::path& file);

}  // namespace waymark::slides
