// What a lesson says about itself, in lessons/NN-topic/lesson.json: its question, the minutes it
// takes, the demos, the source whose region is the exercise, the hints. The runner, the slides and
// the lint read it through this one file; nothing about a lesson is written down a second time.
//
// Refused with the file and the key: what is missing, of the wrong type, or unknown. A misspelt key
// that is passed over would be a demo that nobody ever sees.

#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::course {

struct Demo {
    std::string name;   // "1-zombies": the source is N-name.cpp, the program has the same name
    std::string title;  // one line, without a full stop
    std::string look;   // what to look at while it runs
    std::vector<std::string> arguments = {};
    bool reads_input = false;  // has use for a line typed by the person who watches
    std::string client = "";   // name of the demo that talks to this one, for servers
    bool wrong = false;        // shows what goes wrong; the others show the cure
    bool needs_root = false;
    std::chrono::seconds limit{20};
};

enum class Sanitizer { address, thread };

struct Lesson {
    std::string name;  // "01-processes"
    std::filesystem::path folder;
    std::string title;
    std::string question;
    std::chrono::minutes reading{0};
    std::chrono::minutes watching{0};
    std::chrono::minutes doing{0};
    std::chrono::minutes lecturing{0};  // with the slides, beside the others; 0 is unknown
    std::vector<std::string> sources;  // of the exercise, from the root: "daemon/children.cc"
    Sanitizer sanitizer = Sanitizer::address;
    std::vector<std::string> hints;  // a question, a pointer, nearly the answer
    // Of the cases of the check, by name: points where they are not 1, and those without which there
    // are no points at all.
    std::map<std::string, int> worth;
    std::vector<std::string> must_pass;
    std::vector<Demo> demos;
    // Why a learner's copy keeps the solution; empty: it is taken out. What people run in the copy (the
    // slide server) may stand on it.
    std::string kept_because;
    bool exercise_only = false;  // no demos, no slides, and no more text than the exercise needs

    std::string number() const { return name.substr(0, 2); }
    std::string region() const { return "exercise-" + number(); }
    std::chrono::minutes minutes() const { return reading + watching + doing; }
};

// Every folder lessons/NN-topic that has a lesson.json, in order. Throws daemon::UsageError.
std::vector<Lesson> load_lessons(const std::filesystem::path& root);

// Throws daemon::UsageError.
Lesson load_lesson(const std::filesystem::path& folder);

// By "01", "1", "processes" or "01-processes". Throws daemon::UsageError that lists what there is.
const Lesson& find_lesson(const std::vector<Lesson>& lessons, std::string_view name);

// By "1" or "1-zombies" or "zombies". Throws daemon::UsageError.
const Demo& find_demo(const Lesson& lesson, std::string_view name);

}  // namespace waymark::course
