#include "lessons/course/stack_names.hh"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <sstream>
#include <string_view>
#include <vector>

#include "lessons/course/program.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// A report has a few stacks; a program that prints a million of them has printed enough.
constexpr std::size_t kMostPlaces = 500;

// A line of a stack: what stands before the place, and the place, "0x1244". Newer sanitizers name
// the build behind it.
struct Line {
    std::string before, place;
};

std::optional<Line> unnamed_line(const std::string& line, const std::string& program) {
    if (line.find(program) == line.npos) return {};
    static const std::regex frame(R"(^( *#\d+ 0x[0-9a-f]+) +\((.+)\+(0x[0-9a-f]+)\).*$)");
    std::smatch match;
    if (!std::regex_match(line, match, frame) || match[2] != program) return {};
    return Line{match[1], match[3]};
}

// "FUNCTION FILE:LINE" by place; addr2line prints two lines for each.
std::map<std::string, std::string> ask_names(const std::vector<std::string>& places,
                                             const fs::path& program) {
    std::vector<std::string> words{"addr2line", "--demangle", "--functions",
                                   "--exe=" + program.string()};
    std::ranges::copy(places, std::back_inserter(words));
    const Ran ran = run_program(words, program.parent_path());
    std::map<std::string, std::string> names;
    if (!ran.success()) return names;
    std::istringstream lines(ran.output);
    std::string function;
    std::string where;
    for (const std::string& place : places) {
        if (!std::getline(lines, function) || !std::getline(lines, where)) break;
        if (function != "??" && !where.starts_with("??"))
            names[place] = function + " " + where.substr(0, where.find(" (discriminator"));
    }
    return names;
}

}  // namespace

std::string with_names(const std::string& printed, const fs::path& program) {
    std::vector<std::string> places;
    std::istringstream lines(printed);
    for (std::string line; std::getline(lines, line) && places.size() < kMostPlaces;)
        if (const auto frame = unnamed_line(line, program.string())) places.push_back(frame->place);
    if (places.empty()) return printed;
    const std::map<std::string, std::string> names = ask_names(places, program);
    std::string text;
    std::istringstream again(printed);
    for (std::string line; std::getline(again, line);) {
        const auto frame = unnamed_line(line, program.string());
        const auto name = frame ? names.find(frame->place) : names.end();
        text += (name == names.end() ? line : frame->before + " in " + name->second);
        if (!again.eof()) text += '\n';
    }
    return text;
}

}  // namespace waymark::course
