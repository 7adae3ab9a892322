#include "slides/server/project_files.hh"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "net/http/url.hh"

namespace waymark::slides {

namespace {

constexpr std::array<std::string_view, 6> kFolders = {"daemon/",  "net/",    "examples/",
                                                      "lessons/", "slides/", "tests/"};
constexpr std::array<std::string_view, 17> kKinds = {
    ".cc", ".hh",   ".cpp",   ".md",   ".svg", ".png",  ".sh",  ".py",
    ".js", ".json", ".jsonl", ".build", ".html", ".css", ".conf", ".txt", ".service"};

bool is_in_course(std::string_view path) {
    if (path.find("/.") != path.npos || path.starts_with('.')) return false;
    return std::ranges::any_of(
        kFolders, [path](std::string_view folder) { return path.starts_with(folder); });
}

// Whether `path` is written as the kernel would come to see it: no "..", no "//", no escapes.
bool is_normal(std::string_view path) {
    std::string scratch;
    const std::string asked = std::string("/").append(path);
    return net::http::normalize_path(asked, scratch) == asked;
}

}  // namespace

ProjectFiles::ProjectFiles(const std::string& root)
    : root_(root), is_handed_out_(std::filesystem::exists(root + "/HANDOUT.md")) {}

bool ProjectFiles::may_show(std::string_view path) {
    return is_in_course(path) && std::ranges::any_of(kKinds, [path](std::string_view kind) {
               return path.ends_with(kind);
           });
}

std::optional<std::string> ProjectFiles::read(std::string_view path) {
    if (!is_normal(path) || !may_show(path)) return std::nullopt;
    const net::http::DocumentRoot::Found found = root_.find(std::string("/").append(path));
    if (found.kind != net::http::DocumentRoot::Kind::document || !found.document->is_small())
        return std::nullopt;
    return found.document->content;
}

std::optional<std::vector<std::string>> ProjectFiles::list(std::string_view folder) const {
    const std::string prefix = std::string(folder).append("/");
    if (!is_normal(folder) || !is_in_course(prefix)) return std::nullopt;
    const daemon::Fd opened = root_.open_directory(std::string("/").append(folder));
    if (!opened) return std::nullopt;
    std::error_code refused;
    std::vector<std::string> names;
    // By the descriptor: the path may lead elsewhere by now (proc(5)).
    const std::string path = fmt::format("/proc/self/fd/{}", opened.get());
    for (const auto& entry : std::filesystem::directory_iterator(path, refused)) {
        if (entry.is_symlink(refused)) continue;
        const std::string name = entry.path().filename().string();
        if (entry.is_directory(refused) && is_in_course(prefix + name))
            names.push_back(name + "/");
        else if (may_show(prefix + name))
            names.push_back(name);
    }
    if (refused) return std::nullopt;
    std::ranges::sort(names);
    return names;
}

}  // namespace waymark::slides
