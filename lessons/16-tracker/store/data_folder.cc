#include "store/data_folder.hh"

#include <fmt/core.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "daemon/error.hh"
#include "store/demo_folder.hh"

namespace waymark::tracker {

std::string default_data_folder() {
    // A relative path in the variable must be ignored, says the specification.
    const char* const data_home = std::getenv("XDG_DATA_HOME");
    if (data_home != nullptr && data_home[0] == '/') return fmt::format("{}/waymark", data_home);
    if (::geteuid() == 0) return "/var/lib/waymark";
    const char* const home = std::getenv("HOME");
    if (home != nullptr && home[0] == '/') return fmt::format("{}/.local/share/waymark", home);
    throw daemon::UsageError("there is no HOME to keep data in: name a folder with --data");
}

std::string prepare_data_folder(const std::string& wanted) {
    const std::filesystem::path folder = wanted.empty() ? default_data_folder() : wanted;
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return folder;
    if (std::filesystem::exists(folder, error))
        throw daemon::UsageError(
            fmt::format("{} is not a folder: name another with --data", folder.string()));
    if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
    if (error) daemon::fail(error.value(), "mkdir", folder.parent_path().string());
    const int result = ::mkdir(folder.c_str(), 0700);
    if (result == -1 && errno != EEXIST) daemon::fail(errno, "mkdir", folder.string());
    return folder;
}

void give_data_folder(const std::string& folder, const std::string& user) {
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr)
        throw daemon::UsageError(
            fmt::format("there is no user {}: name another with --user", user));
    const auto give = [entry](const std::string& path) {
        const int result = ::lchown(path.c_str(), entry->pw_uid, entry->pw_gid);
        if (result == -1 && errno != ENOENT) daemon::fail(errno, "chown", path);
    };
    give(folder);
    for (const char* const name : {"waymark.db", "waymark.db-wal", "waymark.db-shm", "tracker.log",
                                   "tracker.pid", "control.sock", kDemoMark})
        give(folder + "/" + name);
}

std::string database_path(const std::string& folder) {
    return folder + "/waymark.db";
}

}  // namespace waymark::tracker
