#include "slides/server/process_facts.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "lessons/course/child_process.hh"

namespace waymark::slides {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMostDescriptors = 24;

std::string link_target(const fs::path& path) {
    std::error_code gone;
    return fs::read_symlink(path, gone).string();
}

// The fields of /proc/PID/stat behind the name, the state first. Those before may hold spaces.
std::vector<long> stat_fields(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string text;
    std::getline(file, text);
    const std::size_t close = text.rfind(')');
    if (close == text.npos || text.size() < close + 3) return {};
    std::istringstream rest(text.substr(close + 3));  // behind ") R"
    std::vector<long> fields;
    for (std::string word; rest >> word;) {
        long value = 0;
        std::from_chars(word.data(), word.data() + word.size(), value);
        fields.push_back(value);
    }
    return fields;
}

// Places in stat_fields(), which begins with the field 4 of proc(5).
constexpr std::size_t kGroup = 1, kSession = 2, kTerminal = 3, kForeground = 4, kExitCode = 48;

// As tty_nr has it: pseudo terminals are the devices 136 to 143 (tty(4)).
std::string terminal_name(long number) {
    const auto device = static_cast<unsigned long>(number);
    const unsigned long major = (device >> 8) & 0xfff;
    const unsigned long minor = (device & 0xff) | ((device >> 12) & 0xfff00);
    constexpr unsigned long kFirst = 136, kLast = 143;
    if (number == 0) return "none";
    if (major < kFirst || major > kLast) return fmt::format("{}:{}", major, minor);
    return fmt::format("pts/{}", (major - kFirst) * 256 + minor);
}

void add_session(pid_t pid, json& facts) {
    const std::vector<long> fields = stat_fields(pid);
    if (fields.size() <= kForeground) return;
    facts["session"] = {
        {"session", fields[kSession]},
        {"group", fields[kGroup]},
        {"terminal", terminal_name(fields[kTerminal])},
        {"foreground", fields[kTerminal] != 0 && fields[kForeground] == fields[kGroup]}};
}

// Names without "SIG", of the ordinary signals and those for everybody's own use.
json signal_names(std::uint64_t set) {
    json names = json::array();
    for (int signal = 1; signal <= 64; ++signal) {
        if ((set >> (signal - 1) & 1) == 0) continue;
        const char* name = signal < SIGRTMIN ? ::sigabbrev_np(signal) : nullptr;
        if (name != nullptr)
            names.push_back(name);
        else if (signal >= SIGRTMIN)
            names.push_back(fmt::format("RTMIN+{}", signal - SIGRTMIN));
    }
    return names;
}

void add_signals(pid_t pid, json& facts) {
    std::ifstream file(fmt::format("/proc/{}/status", pid));
    std::map<std::string, std::uint64_t, std::less<>> sets;
    for (std::string word; file >> word;)
        if (word.starts_with("Sig") || word == "ShdPnd:") {
            std::string digits;
            file >> digits;
            std::from_chars(digits.data(), digits.data() + digits.size(), sets[word], 16);
        }
    facts["signals"] = {{"pending", signal_names(sets["SigPnd:"] | sets["ShdPnd:"])},
                        {"blocked", signal_names(sets["SigBlk:"])},
                        {"ignored", signal_names(sets["SigIgn:"])},
                        {"caught", signal_names(sets["SigCgt:"])}};
}

// Those that do the same are one line.
void add_threads(pid_t pid, json& facts) {
    std::map<std::string, int> alike;
    for (const course::Thread& thread : course::threads_of(pid))
        ++alike[course::describe_wait(thread.id)];
    json list = json::array();
    for (const auto& [does, count] : alike) list.push_back({{"does", does}, {"count", count}});
    facts["doing"] = std::move(list);
}

// "r", "w" or "rw", from /proc/PID/fdinfo/N; "" if it may not be read.
std::string way_of(pid_t pid, const std::string& number) {
    std::ifstream file(fmt::format("/proc/{}/fdinfo/{}", pid, number));
    for (std::string word; file >> word;) {
        if (word != "flags:") continue;
        int flags = 0;
        file >> std::oct >> flags;
        const int mode = flags & O_ACCMODE;
        return mode == O_RDONLY ? "r" : mode == O_WRONLY ? "w" : "rw";
    }
    return {};
}

void add_descriptors(pid_t pid, json& facts) {
    std::error_code gone;
    std::map<int, json> found;
    for (const fs::directory_entry& entry :
         fs::directory_iterator(fmt::format("/proc/{}/fd", pid), gone)) {
        const std::string number = entry.path().filename().string();
        const int fd = std::atoi(number.c_str());
        found[fd] = {{"fd", fd}, {"what", link_target(entry.path())}, {"way", way_of(pid, number)}};
    }
    json list = json::array();
    for (auto& [number, descriptor] : found)
        if (list.size() < kMostDescriptors) list.push_back(std::move(descriptor));
    facts["descriptors"] = std::move(list);
}

constexpr std::array kFacts = {
    FactKind{"session", add_session}, FactKind{"signals", add_signals},
    FactKind{"threads", add_threads}, FactKind{"descriptors", add_descriptors},
    FactKind{"sockets", nullptr},     FactKind{"frames", nullptr},
    FactKind{"load", nullptr}};

const FactKind& fact_named(std::string_view word) {
    std::string names;
    for (const FactKind& kind : kFacts) {
        if (kind.name == word) return kind;
        names += fmt::format(" {}", kind.name);
    }
    throw daemon::UsageError(fmt::format("show: \"{}\" is none of{}", word, names));
}

}  // namespace

ShownFacts parse_shown_facts(std::string_view words) {
    ShownFacts shown;
    constexpr std::string_view kBetween = ", ";
    while (true) {
        const std::size_t first = words.find_first_not_of(kBetween);
        if (first == words.npos) return shown;
        words.remove_prefix(first);
        const std::string_view word = words.substr(0, words.find_first_of(kBetween));
        shown.push_back(&fact_named(word));
        words.remove_prefix(word.size());
    }
}

bool shows(const ShownFacts& shown, std::string_view name) {
    return std::ranges::any_of(shown, [&](const FactKind* kind) { return kind->name == name; });
}

json how_it_ended(pid_t pid) {
    const std::vector<long> fields = stat_fields(pid);
    if (fields.size() <= kExitCode) return {};
    return course::Ending(static_cast<int>(fields[kExitCode])).describe();
}

json facts_of(const course::Process& process, const ShownFacts& shown) {
    json facts = {{"pid", process.pid},
                  {"parent", process.parent},
                  {"state", course::state_in_words(process.state)},
                  {"command", process.name},
                  {"threads", process.threads}};
    if (process.zombie())
        facts["exit"] = how_it_ended(process.pid);
    else
        for (const FactKind* kind : shown)
            if (kind->add != nullptr) kind->add(process.pid, facts);
    return facts;
}

}  // namespace waymark::slides
