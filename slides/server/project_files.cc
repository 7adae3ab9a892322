#include "slides/server/project_files.hh"

#include <algorithm>
#include <array>

#include "net/http/url.hh"

namespace waymark::slides {

namespace {

constexpr std::array<std::string_view, 6> kFolders = {"daemon/",  "net/",    "examples/",
                                                      "lessons/", "slides/", "tests/"};
constexpr std::array<std::string_view, 16> kKinds = {
    ".cc", ".hh",   ".cpp",   ".md",   ".svg", ".png",  ".sh",  ".py",
    ".js", ".json", ".build", ".html", ".css", ".conf", ".txt", ".service"};

}  // namespace

bool ProjectFiles::may_show(std::string_view path) {
    if (path.find("/.") != path.npos) return false;
    const bool in_folder = std::ranges::any_of(
        kFolders, [path](std::string_view folder) { return path.starts_with(folder); });
    return in_folder && std::ranges::any_of(
                            kKinds, [path](std::string_view kind) { return path.ends_with(kind); });
}

std::optional<std::string> ProjectFiles::read(std::string_view path) {
    std::string scratch;
    const std::string asked = std::string("/").append(path);
    const auto normal = net::http::normalize_path(asked, scratch);
    if (!normal || *normal != asked || !may_show(path)) return std::nullopt;
    const net::http::DocumentRoot::Found found = root_.find(*normal);
    if (found.kind != net::http::DocumentRoot::Kind::document || !found.document->is_small())
        return std::nullopt;
    return found.document->content;
}

}  // namespace waymark::slides
