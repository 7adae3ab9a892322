#include "lessons/course/scaffold.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "daemon/error.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using daemon::UsageError;

constexpr std::string_view kReadme = R"(# {number} {title}: <write: the question>

<write: who asks it, and why>

## The wrong way: <write: what one tries first>

<write: what it looks like when it fails, with the output of a demo>

## The right way: <write: in a few words>

<write: the cure, why it works, what the man pages and standards say>

## Where the tracker uses it

<write: links to the files>

## The exercise

<write: what to write, in which file, what is given, the contract> `./waymark begin {number}`, then
`./waymark check {number}`.

## Misconceptions

<write: a section ### for each misconception that the check names>

## Further reading

<write: pages of the manual, standards, books>

## Three questions

<write: three questions, each with its answer in details and summary>
)";

constexpr std::string_view kManifest = R"({{
  "title": "{title}",
  "question": "",
  "minutes": {{"text": 0, "demos": 0, "exercise": 0}},
  "sources": [{sources}],
  "sanitizer": "address",
  "demos": [],
  "hints": []
}}
)";

constexpr std::string_view kCheck =
    R"(// The check of lesson {number}. <write: what it looks at, in which order>

#include <doctest/doctest.h>

#include "lessons/course/check/story.hh"

// <write: one Advice for each misconception, then the cases, from simple to hard>
)";

constexpr std::string_view kMeson = R"(# Lesson {number}: <write: the question>
foreach demo : []
  lesson_demos += executable(demo, demo + '.cpp', dependencies: daemon)
endforeach
executable('check', 'check.cpp', dependencies: lesson_check, build_by_default: false)
)";

constexpr std::string_view kStarter =
    "// <write: what is to be written, each function with its contract and an empty body>\n";

constexpr std::string_view kNotes = R"(# Lesson {number}: notes for the slides

<write: ten to twenty numbered paragraphs, one for each slide>
)";

bool is_lesson_name(const std::string& name) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return name.size() > 3 && is_digit(name[0]) && is_digit(name[1]) && name[2] == '-' &&
           is_lower(name[3]) && std::all_of(name.begin() + 3, name.end(), [&](char c) {
               return is_lower(c) || is_digit(c) || c == '-';
           });
}

void refuse(const fs::path& root, const std::string& name,
            const std::vector<std::string>& sources) {
    if (!is_lesson_name(name))
        throw UsageError(fmt::format(
            "'{}' is no name for a lesson; it is two digits and a topic: 07-clients", name));
    for (const fs::directory_entry& entry : fs::directory_iterator(root / "lessons"))
        if (entry.path().filename().string().starts_with(name.substr(0, 3)))
            throw UsageError(fmt::format("{} has that number", entry.path().string()));
    for (const std::string& source : sources)
        if (!fs::is_regular_file(root / source) || !source.ends_with(".cc"))
            throw UsageError(fmt::format(
                "{}: is no source of the library; name it from the checkout: net/frame.cc",
                source));
}

// The line stands before the first lesson that comes after it.
void add_to_build(const fs::path& file, const std::string& name) {
    const std::string line = fmt::format("subdir('{}')\n", name);
    std::istringstream lines(read_file(file));
    std::string text;
    bool added = false;
    for (std::string other; std::getline(lines, other); text += other + "\n") {
        const bool is_lesson = other.starts_with("subdir('") &&
                               std::isdigit(static_cast<unsigned char>(other[8])) != 0;
        if (added || !is_lesson || other + "\n" < line) continue;
        text += line;
        added = true;
    }
    write_file(file, added ? text : text + line);
}

std::string quoted_list(const std::vector<std::string>& sources) {
    std::string list;
    for (const std::string& source : sources)
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", source);
    return list;
}

}  // namespace

std::vector<fs::path> write_scaffold(const fs::path& root, const std::string& name,
                                     const std::vector<std::string>& sources) {
    refuse(root, name, sources);
    const fs::path folder = root / "lessons" / name;
    std::string title = name.substr(3);
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    const auto filled = [&](std::string_view form) {
        return fmt::format(fmt::runtime(form), fmt::arg("number", name.substr(0, 2)),
                           fmt::arg("title", title), fmt::arg("sources", quoted_list(sources)));
    };
    std::map<fs::path, std::string> texts = {
        {folder / "README.md", filled(kReadme)},      {folder / "lesson.json", filled(kManifest)},
        {folder / "check.cpp", filled(kCheck)},       {folder / "meson.build", filled(kMeson)},
        {folder / "slides-notes.md", filled(kNotes)},
    };
    for (const std::string& source : sources)
        texts.emplace(folder / "starter" / fs::path(source).filename(), kStarter);
    for (const char* inner : {"starter", "mutants", "right"})
        fs::create_directories(folder / inner);
    std::vector<fs::path> written;
    for (const auto& [path, text] : texts) {
        write_file(path, text);
        written.push_back(path);
    }
    add_to_build(root / "lessons" / "meson.build", name);
    written.push_back(root / "lessons" / "meson.build");
    return written;
}

}  // namespace waymark::course
