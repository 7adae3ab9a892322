#include "lessons/course/finding.hh"

#include <algorithm>
#include <array>
#include <regex>
#include <sstream>

namespace waymark::course {

namespace {

// What a finding means.
struct Meaning {
    const char* cause;
    const char* because;
    const char* read;
    bool stops;
};

constexpr Meaning kMemory{
    "memory that is not, or no longer, the program's",
    "A sanitizer stopped the program at the first wrong step. Its report names the line, and for "
    "memory from new also where it was taken and given back.",
    "the report above; https://github.com/google/sanitizers/wiki/AddressSanitizer", true};
constexpr Meaning kRace{
    "a data race",
    "Two threads came to the same memory, at least one of them to write it, and nothing orders "
    "them: no lock, no atomic, no join. The report has the stacks of both.",
    "README.md of lesson 02; https://github.com/google/sanitizers/wiki/ThreadSanitizerCppManual",
    true};
constexpr Meaning kUndefined{
    "undefined behaviour",
    "The compiler may assume that this does not happen, so what would follow is chance. It was "
    "stopped there.",
    "https://gcc.gnu.org/onlinedocs/gcc/Instrumentation-Options.html", true};
constexpr Meaning kException{
    "an exception that nobody caught",
    "It ends the process by std::terminate: out of main, out of a thread, out of a destructor or a "
    "function that is noexcept.",
    "https://en.cppreference.com/w/cpp/error/terminate", false};
constexpr Meaning kNothingMore{"", "", "", false};

struct Known {
    const char* sign;  // in the report's line
    const char* words;
    const Meaning& meaning = kMemory;
};

// The order matters: the first sign that is found names the finding.
constexpr std::array kKnown = {
    Known{"heap-use-after-free", "the program used memory after it was freed"},
    Known{"stack-use-after-return",
          "the program used a local variable of a function that had returned"},
    Known{"stack-use-after-scope", "the program used a local variable outside its block"},
    Known{"heap-buffer-overflow", "the program read or wrote outside a block of memory"},
    Known{"stack-buffer-overflow", "the program read or wrote outside a local array"},
    Known{"global-buffer-overflow", "the program read or wrote outside a global array"},
    Known{"attempting double-free", "the program freed the same memory twice"},
    Known{"attempting free on address", "the program freed what was not allocated"},
    Known{"alloc-dealloc-mismatch", "memory was given back in another way than it was taken"},
    Known{"detected memory leaks", "memory was allocated and never freed", kNothingMore},
    Known{"data race",
          "two threads used the same variable at the same time, one of them to write it", kRace},
    Known{"lock-order-inversion",
          "two locks were taken in different orders: one day each thread waits "
          "for the other",
          kNothingMore},
    Known{"unlock of an unlocked mutex", "a lock was given back that was not held", kNothingMore},
    Known{"destroy of a locked mutex", "a lock was destroyed while it was held", kNothingMore},
    Known{"thread leak", "a thread was started and neither joined nor detached", kNothingMore},
    Known{"signal-unsafe call inside of a signal",
          "a signal handler called a function that must not be "
          "called there (signal-safety(7))",
          kNothingMore},
    Known{"signal handler spoils errno", "a signal handler changed errno and did not put it back",
          kNothingMore},
    Known{"stack-overflow", "the stack is full: a function calls itself without end", kNothingMore},
    Known{"SEGV on unknown address 0x0000000000", "the program followed a null pointer"},
    Known{"SEGV on unknown address",
          "the program followed a pointer to memory that is not its own"},
    Known{"null pointer", "the program followed a null pointer"},
    Known{"signed integer overflow", "a sum of whole numbers is larger than its type can hold",
          kUndefined},
    Known{"out of bounds for type", "the program reached outside an array", kUndefined},
    Known{"runtime error: ", "the program did what C++ does not define", kUndefined},
    Known{"Assertion `", "an assertion does not hold", kNothingMore},
    // libstdc++ quotes otherwise than assert(3), and names no line of the learner's.
    Known{"Assertion '", "the standard library was asked for what is not there", kNothingMore},
    Known{"terminate called after throwing", "an exception left the program: nobody caught it",
          kException},
    Known{"terminate called without",
          "the program was ended by std::terminate (a joinable thread was "
          "destroyed, or an exception crossed a noexcept)",
          kException},
    Known{"terminate called recursively", "two threads ended the program by std::terminate at once",
          kException},
    Known{"Sanitizer:", "a sanitizer stopped the program", kNothingMore},
};

const Known* known_sign(const std::string& line) {
    for (const Known& known : kKnown)
        if (line.find(known.sign) != line.npos) return &known;
    return nullptr;
}

// "    #1 0x55d in waymark::daemon::Children::reap() /a/work/01-processes/children.cc:41:9", and
// "/a/work/01-processes/children.cc:41:9: runtime error: ...".
std::string place_in(const std::string& line, const std::string& folder) {
    const std::size_t begin = line.find(folder);
    if (begin == line.npos) return {};
    static const std::regex place(R"(([^/\s:]+):(\d+))");
    std::smatch match;
    const std::string rest = line.substr(begin + folder.size());
    if (!std::regex_search(rest, match, place)) return {};
    std::string words = match[1].str() + ":" + match[2].str();
    // The number of the frame, its address, the function, and where the path begins.
    static const std::regex frame(R"(#\d+ (?:0x[0-9a-f]+ in )?(.*?) *(?:/\S*)?$)");
    const std::string before = line.substr(0, begin);
    if (std::regex_search(before, match, frame) && match[1].length() > 0)
        words += ", in " + match[1].str();
    return words;
}

// Addresses differ from run to run, and the folder is known.
std::string without_noise(const std::string& line) {
    static const std::regex noise(
        R"(^=+\d+=+|^WARNING: | at pc 0x\w+( bp 0x\w+)?( sp 0x\w+)?| \(pc 0x[^)]*\)|)"
        R"( on (unknown )?(address )?0x\w*[1-9a-f]\w*)");
    static const std::regex folders(R"(/[^\s:]*/([^/\s:]+:\d+))");
    return std::regex_replace(std::regex_replace(line, noise, ""), folders, "$1");
}

}  // namespace

std::optional<Finding> find_finding(std::string_view report, const std::string& folder) {
    std::istringstream lines{std::string(report)};
    std::optional<Finding> finding;
    for (std::string line; std::getline(lines, line);) {
        if (!finding) {
            const Known* known = known_sign(line);
            // "DEADLYSIGNAL" stands alone; the next line says which.
            if (known == nullptr || line.find("DEADLYSIGNAL") != line.npos) continue;
            const Meaning& meaning = known->meaning;
            finding = Finding{known->words,    {},           without_noise(line), meaning.cause,
                              meaning.because, meaning.read, meaning.stops};
        } else if (finding->detail.starts_with("terminate") && line.find("what():") != line.npos) {
            finding->detail += "; " + line.substr(line.find("what():"));
        }
        if (finding->place.empty()) finding->place = place_in(line, folder);
    }
    return finding;
}

std::string learners_line(std::string_view stack, const std::string& folder) {
    std::istringstream lines{std::string(stack)};
    for (std::string line; std::getline(lines, line);)
        if (std::string place = place_in(line, folder); !place.empty()) return place;
    return {};
}

}  // namespace waymark::course
