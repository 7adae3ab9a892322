// Of the lint: the check, the exercise, and the programs that prove the check.

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "lessons/course/candidate.hh"
#include "lessons/course/lint.hh"
#include "lessons/course/markdown.hh"
#include "lessons/course/patch.hh"
#include "lessons/course/region.hh"
#include "lessons/course/string_literals.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastCases = 8;
constexpr std::size_t kLeastMutants = 6;
constexpr std::size_t kLeastRight = 2;

std::vector<fs::path> files_in(const fs::path& folder, std::string_view extension) {
    std::vector<fs::path> files;
    if (!fs::is_directory(folder)) return files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == extension) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::vector<std::string> first_lines(const std::string& text, std::size_t count) {
    std::vector<std::string> lines;
    std::istringstream all(text);
    for (std::string line; lines.size() < count && std::getline(all, line);) lines.push_back(line);
    lines.resize(count);
    return lines;
}

// The anchors in "README.md#one; wait(2); README.md#two".
std::vector<std::string> anchors_in(const std::string& places) {
    constexpr std::string_view kPage = "README.md#";
    std::vector<std::string> anchors;
    for (std::size_t place = 0; (place = places.find(kPage, place)) != places.npos;) {
        place += kPage.size();
        anchors.push_back(places.substr(place, places.find_first_of("; ,", place) - place));
    }
    return anchors;
}

// The files in "README.md#one; net/address.hh; wait(2)", the lesson's own page not among them.
std::vector<std::string> files_named_in(const std::string& places) {
    std::vector<std::string> files;
    if (anchors_in(places).empty()) return files;
    std::istringstream parts(places);
    for (std::string part; std::getline(parts, part, ';');) {
        part.erase(0, part.find_first_not_of(' '));
        const std::string name = part.substr(0, part.find_first_of(" ,#"));
        if ((name.ends_with(".hh") || name.ends_with(".md")) && name != "README.md")
            files.push_back(name);
    }
    return files;
}

}  // namespace

void Lint::check() {
    text_of(lesson_.folder / "check.cpp");
    std::size_t cases = 0;
    const fs::path readme = lesson_.folder / "README.md";
    const Markdown page = read_markdown(fs::exists(readme) ? read_file(readme) : "");
    for (const char* extension : {".cpp", ".hh", ".cc"}) {
        for (const fs::path& file : files_in(lesson_.folder, extension)) {
            // The server's own tests lie in the folder of its lesson.
            if (file.filename().string().ends_with("_test.cc")) continue;
            const std::string text = read_file(file);
            for (std::size_t place = 0; (place = text.find("TEST_CASE(\"", place)) != text.npos;) {
                place += std::string_view("TEST_CASE(\"").size();
                const std::string name = text.substr(place, text.find('"', place) - place);
                expect(name.find_first_of(",*?") == name.npos, file,
                       fmt::format("the case '{}' has a comma, '*' or '?' in its name", name));
                ++cases;
            }
            for (const std::string& literal : string_literals(text)) {
                literals_.push_back(literal);
                if (page.headings.empty()) continue;  // there is no text yet, and that was said
                for (const std::string& anchor : anchors_in(literal))
                    expect(page.has_anchor(anchor), file,
                           fmt::format("README.md#{} is no section", anchor));
                // Who reads it stands at the root.
                for (const std::string& name : files_named_in(literal))
                    expect(fs::exists(root_ / name), file,
                           fmt::format("sends its reader to '{}', which is not there", name));
            }
        }
    }
    std::vector<std::string> graded = lesson_.must_pass;
    for (const auto& [name, worth] : lesson_.worth) graded.push_back(name);
    for (const std::string& name : graded)
        expect(std::ranges::find(literals_, name) != literals_.end(),
               lesson_.folder / "lesson.json",
               fmt::format("'grading' names '{}', and the check has no such case", name));
    expect(cases >= kLeastCases, lesson_.folder / "check.cpp",
           fmt::format("has {} cases, and there must be {}", cases, kLeastCases));
}

void Lint::exercise() {
    const Workspace workspace(root_, root_ / "work");
    for (const std::string& source : lesson_.sources) {
        const std::string text = text_of(root_ / source);
        std::string solution;
        try {
            solution = find_region(text, lesson_.region()).body;
            expect(!solution.empty(), root_ / source, "the exercise's region is empty");
        } catch (const RegionError& error) {
            expect(false, root_ / source, error.what());
        }
        const fs::path starter = lesson_.folder / "starter" / fs::path(source).filename();
        const std::string body = text_of(starter);
        expect(body != solution || body.empty(), starter, "is the solution");
        expect(body.empty() || body.find("//") != body.npos, starter, "states no contract");
    }
    bodies("mutants", kLeastMutants, {"source", "misconception", "says"});
    bodies("right", kLeastRight, {"source", "why it is right"});
}

void Lint::bodies(const char* folder, std::size_t least, std::vector<std::string_view> head) {
    const std::vector<fs::path> files = candidate_files(lesson_, folder);
    expect(files.size() >= least, lesson_.folder / folder,
           fmt::format("has {} programs, and there must be {}", files.size(), least));
    for (const fs::path& file : files) {
        const std::vector<std::string> lines = first_lines(text_of(file), head.size());
        for (std::size_t place = 0; place < head.size(); ++place)
            head_line(file, lines[place], head[place]);
        if (file.extension() == ".patch") patch(file, lines.front());
        const std::string in_case = head_line_of(text_of(file), "case");
        expect(in_case.empty() || std::ranges::find(literals_, in_case) != literals_.end(), file,
               fmt::format("the check has no case '{}'", in_case));
    }
}

void Lint::patch(const fs::path& file, const std::string& source_line) {
    const fs::path source = root_ / source_line.substr(source_line.rfind(' ') + 1);
    if (!fs::is_regular_file(source)) return;  // that was said
    std::string problem;
    try {
        apply_patch(find_region(read_file(source), lesson_.region()).body, read_file(file));
    } catch (const PatchError& error) {
        problem = error.what();
    } catch (const RegionError&) {
        return;  // that was said
    }
    expect(problem.empty(), file, problem);
}

void Lint::head_line(const fs::path& file, const std::string& line, std::string_view key) {
    const std::string start = fmt::format("// {}: ", key);
    if (!expect(line.starts_with(start) && line.size() > start.size(), file,
                fmt::format("lacks the line '{}...' in its place", start)))
        return;
    const std::string value = line.substr(start.size());
    if (key == "source")
        expect(std::ranges::find(lesson_.sources, value) != lesson_.sources.end(), file,
               fmt::format("{} is no source of the exercise", value));
    if (key == "misconception")
        expect(std::ranges::find(literals_, value) != literals_.end(), file,
               fmt::format("the check knows no misconception '{}'", value));
}

}  // namespace waymark::course
