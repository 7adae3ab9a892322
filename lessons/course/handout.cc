#include "lessons/course/handout.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include "daemon/error.hh"
#include "lessons/course/program.hh"
#include "lessons/course/region.hh"
#include "lessons/course/step_marks.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using daemon::UsageError;

// What only a learner's copy has. It lies there where it lies below this folder.
constexpr std::string_view kOnlyThere = "lessons/course/handout/";

std::string place_in_copy(const std::string& name) {
    return name.starts_with(kOnlyThere) ? name.substr(kOnlyThere.size()) : name;
}

// Learners hand in by git what the original keeps out of it.
std::string with_work_tracked(const std::string& ignored) {
    std::string kept;
    std::istringstream lines(ignored);
    for (std::string line; std::getline(lines, line);)
        if (line != "/work/") kept += line + "\n";
    return kept;
}

// From the root. Names may hold anything but a zero byte.
std::vector<std::string> files_of_git(const fs::path& root, std::vector<std::string> which) {
    std::vector<std::string> words{"git", "ls-files", "-z"};
    words.insert(words.end(), which.begin(), which.end());
    const Ran ran = run_program(words, root);
    if (ran.success() && ran.output.empty()) return {};
    if (!ran.success())
        throw UsageError(fmt::format(
            "{}: git tracks nothing here, and only what git tracks is handed out", root.string()));
    if (!ran.output.ends_with('\0')) daemon::fail(EOVERFLOW, "git ls-files", root.string());
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < ran.output.size();) {
        const std::size_t end = ran.output.find('\0', begin);
        names.push_back(ran.output.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

std::vector<std::string> tracked_files(const fs::path& root) {
    std::vector<std::string> names = files_of_git(root, {"--cached"});
    if (names.empty())
        throw UsageError(fmt::format(
            "{}: git tracks nothing here, and only what git tracks is handed out", root.string()));
    return names;
}

// What is new and was not added yet; what .gitignore names is left out.
std::vector<std::string> unknown_files(const fs::path& root) {
    return files_of_git(root, {"--others", "--exclude-standard"});
}

// A file of a lesson or of an exercise that git does not track. lessons/meson.build names the
// lesson all the same, so the copy would not even be set up.
void refuse_unknown(const std::vector<std::string>& unknown, const std::vector<Lesson>& lessons) {
    for (const std::string& name : unknown) {
        for (const Lesson& lesson : lessons) {
            const bool is_source = std::ranges::find(lesson.sources, name) != lesson.sources.end();
            if (is_source || name.starts_with(fmt::format("lessons/{}/", lesson.name)))
                throw UsageError(fmt::format(
                    "{}: git does not track it, and only what git tracks is handed out; 'git add' "
                    "it, or move lesson {} out of the checkout",
                    name, lesson.name));
        }
    }
}

// lessons/NN-topic/mutants/X and lessons/NN-topic/right/X
bool stays_at_home(const fs::path& name) {
    std::vector<std::string> parts;
    for (const fs::path& part : name) parts.push_back(part.string());
    return parts.size() > 3 && parts[0] == "lessons" &&
           (parts[2] == "mutants" || parts[2] == "right");
}

void refuse_folder(const fs::path& root, const fs::path& folder) {
    if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
        throw UsageError(fmt::format("{}: is there already; name a folder that is not, or is empty",
                                     folder.string()));
    const fs::path inside = fs::weakly_canonical(folder).lexically_relative(fs::canonical(root));
    if (!inside.empty() && *inside.begin() != "..")
        throw UsageError(
            fmt::format("{}: is inside the checkout; name a folder outside", folder.string()));
}

std::string starter_body(const Lesson& lesson, const std::string& source) {
    return read_file(lesson.folder / "starter" / fs::path(source).filename());
}

// Made before anything is written, so that a lesson that lacks its starter leaves no half of a
// copy.
std::map<std::string, std::string> emptied_sources(const Workspace& workspace,
                                                   const std::vector<Lesson>& stripped) {
    std::map<std::string, std::string> texts;
    for (const Lesson& lesson : stripped) {
        for (const std::string& source : lesson.sources) {
            workspace.starter_text(lesson, source);  // refuses what does not fit together
            const auto before = texts.find(source);
            const std::string text =
                before == texts.end() ? workspace.source_text(source) : before->second;
            texts[source] = replace_region(text, lesson.region(), starter_body(lesson, source));
        }
    }
    return texts;
}

void copy_one(const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    if (!fs::exists(fs::symlink_status(from)))
        throw UsageError(fmt::format("{}: git tracks it and it is not there", from.string()));
    fs::copy(from, to, fs::copy_options::copy_symlinks);
}

}  // namespace

HandedOut hand_out(const Workspace& workspace, const std::vector<Lesson>& stripped,
                   const fs::path& folder) {
    refuse_folder(workspace.root(), folder);
    const std::map<std::string, std::string> emptied = emptied_sources(workspace, stripped);
    HandedOut result;
    result.unknown = unknown_files(workspace.root());
    refuse_unknown(result.unknown, load_lessons(workspace.root()));
    const std::vector<std::string> tracked = tracked_files(workspace.root());
    const std::set<std::string> all(tracked.begin(), tracked.end());
    for (const std::string& name : tracked) {
        const bool another_in_its_place = all.contains(std::string(kOnlyThere) + name);
        if (stays_at_home(name) || another_in_its_place) {
            ++result.left_out;
            continue;
        }
        copy_one(workspace.root() / name, folder / place_in_copy(name));
        ++result.files;
    }
    for (const auto& [source, text] : emptied) {
        write_file(folder / source, text);
        result.emptied.push_back(source);
    }
    if (fs::exists(folder / ".gitignore"))
        write_file(folder / ".gitignore", with_work_tracked(read_file(folder / ".gitignore")));
    return result;
}

bool has_solution(const Workspace& workspace, const Lesson& lesson) {
    for (const std::string& source : lesson.sources) {
        const fs::path starter = lesson.folder / "starter" / fs::path(source).filename();
        if (fs::exists(starter) && without_step_marks(workspace.source_text(source)) ==
                                       workspace.starter_text(lesson, source))
            return false;
    }
    return true;
}

}  // namespace waymark::course
