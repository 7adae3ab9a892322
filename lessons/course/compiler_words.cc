#include "lessons/course/compiler_words.hh"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace waymark::course {

namespace {

// "undefined reference to `NAME'" (ld), "undefined symbol: NAME" (mold, lld). A name that could not
// be read in the language of the source is of the linker itself, as _start.
constexpr std::array<std::string_view, 2> kSigns = {"undefined reference to `",
                                                    "undefined symbol: "};

std::string name_in(const std::string& line) {
    for (const std::string_view sign : kSigns) {
        const std::size_t place = line.find(sign);
        if (place == line.npos) continue;
        const std::size_t begin = place + sign.size();
        const std::size_t end = sign.ends_with('`') ? line.rfind('\'') : line.npos;
        return line.substr(begin, end == line.npos ? end : end - begin);
    }
    return {};
}

}  // namespace

// "FILE:LINE:COLUMN: error: TEXT" and the lines that show it; a linker's lines have no column.
std::vector<std::string> first_problems(const std::string& words, std::size_t most) {
    constexpr int kLinesEach = 3;
    std::vector<std::string> problems;
    std::istringstream lines(words);
    int lines_left = 0;
    for (std::string line; std::getline(lines, line);) {
        const bool begins =
            line.find("error: ") != line.npos || line.find("warning: ") != line.npos ||
            line.find("undefined ") != line.npos || line.find("multiple definition") != line.npos ||
            line.find("duplicate symbol") != line.npos;
        if (begins && problems.size() == most) return problems;
        if (begins) {
            problems.push_back(line);
            lines_left = kLinesEach - 1;
        } else if (lines_left > 0 && !line.empty() && line.front() == ' ') {
            problems.back() += "\n" + line;
            --lines_left;
        }
    }
    if (problems.empty() && !words.empty()) problems.push_back(words.substr(0, words.find('\n')));
    return problems;
}

std::vector<std::string> undefined_names(std::string_view words) {
    std::vector<std::string> names;
    std::istringstream lines{std::string(words)};
    for (std::string line; std::getline(lines, line);) {
        const std::string name = name_in(line);
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

std::vector<std::string> linker_problems(std::string_view words, std::size_t most) {
    std::vector<std::string> names = undefined_names(words);
    if (names.empty()) return first_problems(std::string(words), most);
    std::vector<std::string> problems;
    for (const std::string& name : names) {
        if (problems.size() == most) {
            problems.push_back(fmt::format("and {} more", names.size() - most));
            break;
        }
        problems.push_back(
            fmt::format("{} is declared, and nothing defines it: it is left out here, or has "
                        "another name, class or parameters than in the header",
                        name));
    }
    return problems;
}

}  // namespace waymark::course
