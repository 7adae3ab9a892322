#include "web_app/site_folder.hh"

#include <fmt/format.h>

#include <filesystem>

#include "daemon/error.hh"

namespace waymark::tracker {

namespace {

bool has_pages(const std::string& folder) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(folder + "/index.html", ignored);
}

}  // namespace

std::string program_folder() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

std::string find_site(const std::string& configured, const std::string& beside) {
    if (!configured.empty()) {
        if (has_pages(configured)) return configured;
        throw daemon::UsageError(fmt::format(
            "{} has no index.html: name the folder with the pages with --site", configured));
    }
    const std::string built = beside + "/web/site";
    const std::string installed = beside + "/../share/waymark/site";
    for (const std::string& folder : {built, installed})
        if (has_pages(folder)) return folder;
    throw daemon::UsageError(
        fmt::format("the pages are neither in {} nor in {}: build them with ./waymark start, or "
                    "name their folder with --site",
                    built, installed));
}

}  // namespace waymark::tracker
