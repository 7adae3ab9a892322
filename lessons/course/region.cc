#include "lessons/course/region.hh"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

namespace waymark::course {

namespace {

constexpr std::string_view kBegin = "//#region ";
constexpr std::string_view kEnd = "//#endregion ";

struct Line {
    std::size_t number;  // from 1
    std::size_t begin;   // offset of its first character
    std::size_t end;     // offset behind its newline
    std::string_view text;
};

std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t newline = text.find('\n', begin);
        const std::size_t end = newline == text.npos ? text.size() : newline + 1;
        const std::size_t length = (newline == text.npos ? end : newline) - begin;
        lines.push_back({lines.size() + 1, begin, end, text.substr(begin, length)});
        begin = end;
    }
    return lines;
}

// The name that this line marks with `mark`, if it does.
std::optional<std::string_view> marked(std::string_view line, std::string_view mark) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == line.npos || !line.substr(start).starts_with(mark)) return std::nullopt;
    std::string_view name = line.substr(start + mark.size());
    return name.substr(0, name.find_last_not_of(" \t\r") + 1);
}

struct Marks {
    Line first;
    Line last;
};

struct AllMarks {
    std::vector<std::string> order;
    std::map<std::string, Marks, std::less<>> regions;
};

AllMarks read_marks(const std::vector<Line>& lines) {
    AllMarks all;
    std::map<std::string, Line, std::less<>> open;
    for (const Line& line : lines) {
        if (const auto name = marked(line.text, kBegin)) {
            if (open.contains(*name) || all.regions.contains(*name))
                throw RegionError(
                    fmt::format("line {}: region '{}' begins a second time", line.number, *name));
            all.order.emplace_back(*name);
            open.emplace(*name, line);
        } else if (const auto ended = marked(line.text, kEnd)) {
            const auto begun = open.find(*ended);
            if (begun == open.end())
                throw RegionError(fmt::format("line {}: region '{}' ends and was not begun",
                                              line.number, *ended));
            all.regions.emplace(*ended, Marks{begun->second, line});
            open.erase(begun);
        }
    }
    if (!open.empty())
        throw RegionError(fmt::format("line {}: region '{}' does not end",
                                      open.begin()->second.number, open.begin()->first));
    return all;
}

Marks marks_of(const std::vector<Line>& lines, std::string_view name) {
    const AllMarks all = read_marks(lines);
    const auto found = all.regions.find(name);
    if (found == all.regions.end())
        throw RegionError(
            fmt::format("there is no region '{}'; put '{}{}' before it and '{}{}' "
                        "behind it",
                        name, kBegin, name, kEnd, name));
    return found->second;
}

}  // namespace

Region find_region(std::string_view text, std::string_view name) try {
    const std::vector<Line> lines = lines_of(text);
    const Marks marks = marks_of(lines, name);
    Region region{marks.first.number + 1, {}, {}};
    StepReader steps;
    for (std::size_t number = marks.first.number + 1; number < marks.last.number; ++number) {
        const Line& line = lines[number - 1];
        if (marked(line.text, kBegin) || marked(line.text, kEnd)) continue;
        region.body.append(without_step_mark(line.text)).push_back('\n');
        steps.read(line.text, line.number);
    }
    region.steps = steps.finish();
    return region;
} catch (const StepError& error) {
    throw RegionError(error.what());
}

std::string replace_region(std::string_view text, std::string_view name, std::string_view body) {
    const Marks marks = marks_of(lines_of(text), name);
    std::string result(text.substr(0, marks.first.end));
    result += body;
    if (!body.empty() && !body.ends_with('\n')) result += '\n';
    result += text.substr(marks.last.begin);
    return result;
}

std::vector<std::string> region_names(std::string_view text) {
    return read_marks(lines_of(text)).order;
}

}  // namespace waymark::course
