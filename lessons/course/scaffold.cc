#include "lessons/course/scaffold.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "daemon/error.hh"
#include "lessons/course/scaffold_texts.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using daemon::UsageError;

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
                                     const std::vector<std::string>& sources,
                                     bool exercise_only) {
    refuse(root, name, sources);
    const fs::path folder = root / "lessons" / name;
    std::string title = name.substr(3);
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    const auto filled = [&](std::string_view form) {
        return fmt::format(
            fmt::runtime(form), fmt::arg("number", name.substr(0, 2)), fmt::arg("name", name),
            fmt::arg("title", title), fmt::arg("sources", quoted_list(sources)),
            fmt::arg("source", sources.empty() ? "<write: the source>" : sources.front()),
            fmt::arg("kind", exercise_only ? "  \"exercise_only\": true,\n" : ""));
    };
    std::map<fs::path, std::string> texts = {
        {folder / "README.md", filled(exercise_only ? kNewExerciseReadme : kNewReadme)},
        {folder / "lesson.json", filled(kNewManifest)},
        {folder / "check.cpp", filled(kNewCheck)},
        {folder / "meson.build", filled(kNewMeson)},
        {folder / "mutants" / "first-mistake.patch", filled(kNewMutant)},
        {folder / "right" / "another-way.patch", filled(kNewRight)},
    };
    if (!exercise_only) texts.emplace(root / "slides" / (name + ".md"), filled(kNewDeck));
    for (const std::string& source : sources)
        texts.emplace(folder / "starter" / fs::path(source).filename(), kNewStarter);
    for (const char* inner : {"starter", "mutants", "right"})
        fs::create_directories(folder / inner);
    fs::create_directories(root / "slides");
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
