#include "lessons/course/workspace.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <sstream>

#include "daemon/error.hh"
#include "lessons/course/region.hh"
#include "lessons/course/step_marks.hh"

namespace waymark::course {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    // A pipe that nobody writes into, a device without end: who reads them does not come back.
    std::error_code none;
    const fs::file_status status = fs::status(path, none);
    if (fs::exists(status) && !fs::is_regular_file(status))
        throw daemon::UsageError(fmt::format("{}: is not an ordinary file", path.string()));
    std::ifstream file(path, std::ios::binary);
    if (!file) daemon::fail(errno, "open", path.string());
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad()) daemon::fail(EIO, "read", path.string());
    return text.str();
}

std::string fault_of_work(const fs::path& file) {
    constexpr std::uintmax_t kMostBytes = 1024U * 1024;
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return "is not an ordinary file (a folder, a pipe, a device, or a link to one)";
    const std::uintmax_t size = fs::file_size(file, error);
    if (error || size > kMostBytes)
        return fmt::format("is larger than {} KiB; no exercise is", kMostBytes / 1024);
    return {};
}

void write_file(const fs::path& path, std::string_view text) {
    const fs::path fresh = path.string() + fmt::format(".{}.new", ::getpid());
    {
        std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
        file << text;
        file.close();
        if (!file) daemon::fail(errno != 0 ? errno : EIO, "write", fresh.string());
    }
    fs::rename(fresh, path);
}

fs::path Workspace::folder(const Lesson& lesson) const {
    return work_ / lesson.name;
}

fs::path Workspace::file(const Lesson& lesson, const std::string& source) const {
    return folder(lesson) / fs::path(source).filename();
}

bool Workspace::begun(const Lesson& lesson) const {
    for (const std::string& source : lesson.sources)
        if (!fs::exists(file(lesson, source))) return false;
    return true;
}

std::vector<fs::path> Workspace::begin(const Lesson& lesson) const {
    fs::create_directories(folder(lesson));
    if (!fs::exists(work_ / ".gitignore")) write_file(work_ / ".gitignore", "/.built/\n");
    std::vector<fs::path> written;
    for (const std::string& source : lesson.sources) {
        const fs::path path = file(lesson, source);
        if (fs::exists(path)) continue;
        write_file(path, starter_text(lesson, source));
        written.push_back(path);
    }
    return written;
}

std::vector<fs::path> Workspace::reset(const Lesson& lesson) const {
    std::vector<fs::path> aside;
    for (const std::string& source : lesson.sources) {
        const fs::path path = file(lesson, source);
        if (!fs::exists(path)) continue;
        int number = 1;
        while (fs::exists(fmt::format("{}.{}", path.string(), number))) ++number;
        aside.emplace_back(fmt::format("{}.{}", path.string(), number));
        fs::rename(path, aside.back());
    }
    begin(lesson);
    return aside;
}

std::string Workspace::source_text(const std::string& source) const {
    return read_file(root_ / source);
}

std::string Workspace::text_with(const Lesson& lesson, const std::string& source,
                                 const std::string& body) const {
    try {
        return without_step_marks(replace_region(source_text(source), lesson.region(), body));
    } catch (const RegionError& error) {
        throw daemon::UsageError(fmt::format("{}: {}", source, error.what()));
    }
}

std::string Workspace::starter_text(const Lesson& lesson, const std::string& source) const {
    const fs::path body = lesson.folder / "starter" / fs::path(source).filename();
    if (!fs::exists(body))
        throw daemon::UsageError(fmt::format("{}: the lesson has no starter", body.string()));
    return text_with(lesson, source, read_file(body));
}

std::string Workspace::solution(const Lesson& lesson, const std::string& source) const {
    try {
        return find_region(source_text(source), lesson.region()).body;
    } catch (const RegionError& error) {
        throw daemon::UsageError(fmt::format("{}: {}", source, error.what()));
    }
}

}  // namespace waymark::course
