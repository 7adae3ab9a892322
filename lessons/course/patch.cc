#include "lessons/course/patch.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace waymark::course {

namespace {

using Lines = std::vector<std::string_view>;

struct Hunk {
    std::size_t line;  // of its @@, from 1
    Lines before;
    Lines after;
};

Lines lines_of_patch(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void add_line(Hunk& hunk, std::string_view line, std::size_t number) {
    // Editors take the space of an empty line away.
    const char kind = line.empty() ? ' ' : line.front();
    const std::string_view text = line.empty() ? line : line.substr(1);
    if (kind != ' ' && kind != '-' && kind != '+')
        throw PatchError(
            fmt::format("line {}: a line of a hunk begins with a space, with - or with +", number));
    if (kind != '+') hunk.before.push_back(text);
    if (kind != '-') hunk.after.push_back(text);
}

std::vector<Hunk> read_hunks(std::string_view patch) {
    std::vector<Hunk> hunks;
    std::size_t number = 0;
    for (const std::string_view line : lines_of_patch(patch)) {
        ++number;
        if (line.starts_with("@@"))
            hunks.push_back({number, {}, {}});
        else if (!hunks.empty())
            add_line(hunks.back(), line, number);
    }
    if (hunks.empty()) throw PatchError("there is no hunk; each begins with a line @@");
    return hunks;
}

// The one place where the hunk's old lines stand.
Lines::const_iterator place_of(const Hunk& hunk, const Lines& text) {
    const Lines& wanted = hunk.before;
    if (wanted == hunk.after)
        throw PatchError(fmt::format("line {}: the hunk changes nothing", hunk.line));
    if (wanted.empty())
        throw PatchError(
            fmt::format("line {}: the hunk has no old line to find its place", hunk.line));
    const auto found = std::search(text.begin(), text.end(), wanted.begin(), wanted.end());
    if (found == text.end())
        throw PatchError(
            fmt::format("line {}: the old lines of the hunk stand nowhere", hunk.line));
    if (std::search(found + 1, text.end(), wanted.begin(), wanted.end()) != text.end())
        throw PatchError(fmt::format(
            "line {}: the old lines of the hunk stand more than once; add a line around them",
            hunk.line));
    return found;
}

}  // namespace

std::string apply_patch(std::string_view text, std::string_view patch) {
    const Lines old_lines = lines_of_patch(text);
    Lines lines;
    auto rest = old_lines.begin();
    for (const Hunk& hunk : read_hunks(patch)) {
        const auto place = place_of(hunk, old_lines);
        if (place < rest)
            throw PatchError(fmt::format(
                "line {}: the hunk belongs before the one above it, or overlaps it", hunk.line));
        lines.insert(lines.end(), rest, place);
        lines.insert(lines.end(), hunk.after.begin(), hunk.after.end());
        rest = place + static_cast<std::ptrdiff_t>(hunk.before.size());
    }
    lines.insert(lines.end(), rest, old_lines.end());
    std::string patched;
    for (const std::string_view line : lines) patched.append(line).append("\n");
    return patched;
}

}  // namespace waymark::course
