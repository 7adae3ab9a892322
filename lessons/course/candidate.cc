#include "lessons/course/candidate.hh"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "daemon/error.hh"
#include "lessons/course/patch.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

std::string patched_solution(const Lesson& lesson, const Workspace& workspace,
                             const std::string& source, const fs::path& path,
                             const std::string& patch) {
    try {
        return apply_patch(workspace.solution(lesson, source), patch);
    } catch (const PatchError& error) {
        throw daemon::UsageError(fmt::format("{}: {} (in region {} of {})", path.string(),
                                             error.what(), lesson.region(), source));
    }
}

Candidate load_candidate(const Lesson& lesson, const Workspace& workspace, const fs::path& path,
                         bool must_say) {
    const std::string text = read_file(path);
    Candidate candidate{path.stem().string(),
                        head_line_of(text, "source"),
                        head_line_of(text, "says"),
                        {},
                        head_line_of(text, "case"),
                        head_line_of(text, "include")};
    if (std::ranges::find(lesson.sources, candidate.source) == lesson.sources.end())
        throw daemon::UsageError(fmt::format(
            "{}: its head lacks '// source: ' with a source of the lesson", path.string()));
    if (must_say && candidate.says.empty())
        throw daemon::UsageError(fmt::format("{}: its head lacks '// says: '", path.string()));
    candidate.body = path.extension() == ".patch"
                         ? patched_solution(lesson, workspace, candidate.source, path, text)
                         : text;
    return candidate;
}

}  // namespace

std::string head_line_of(const std::string& text, const std::string& key) {
    const std::string mark = "// " + key + ": ";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && line.starts_with("//");)
        if (line.starts_with(mark)) return line.substr(mark.size());
    return {};
}

std::vector<fs::path> candidate_files(const Lesson& lesson, const std::string& folder) {
    std::vector<fs::path> paths;
    if (!fs::is_directory(lesson.folder / folder)) return paths;
    for (const fs::directory_entry& entry : fs::directory_iterator(lesson.folder / folder))
        if (entry.path().extension() == ".patch" || entry.path().extension() == ".cc")
            paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
}

std::vector<Candidate> load_candidates(const Lesson& lesson, const Workspace& workspace,
                                       const std::string& folder) {
    std::vector<Candidate> candidates;
    for (const fs::path& path : candidate_files(lesson, folder))
        candidates.push_back(load_candidate(lesson, workspace, path, folder == "mutants"));
    return candidates;
}

}  // namespace waymark::course
