#include "store/data_folder.hh"

#include <fmt/core.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "daemon/error.hh"
#include "store/demo_folder.hh"

namespace waymark::tracker {

namespace {

passwd entry_of(const std::string& user) {
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr)
        throw daemon::UsageError(
            fmt::format("there is no user {}: name another with --user", user));
    return *entry;
}

// Where a person has made the folder somebody's, such as the service's user of a package.
std::string owner_as_cure(uid_t owner) {
    const passwd* const entry = owner == 0 ? nullptr : ::getpwuid(owner);
    return entry == nullptr ? "" : fmt::format("say --user {}, whose it is, or ", entry->pw_name);
}

bool is_a_name_of_ours(std::string_view name) {
    return name.starts_with("waymark.") || name.starts_with("tracker.") || name == "control.sock" ||
           name == "lost+found";
}

}  // namespace

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

void require_own_folder(const std::string& folder, const std::string& user) {
    struct stat status {};
    daemon::check(::stat(folder.c_str(), &status), "stat", folder);
    if (status.st_uid == entry_of(user).pw_uid) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (is_a_name_of_ours(name)) continue;
        throw daemon::UsageError(
            fmt::format("{} has {} in it, so it is not the server's own folder, and root does not "
                        "give it to the user {}: {}name a new or empty folder with --data, or run "
                        "'chown {} {}' if that is meant",
                        folder, name, user, owner_as_cure(status.st_uid), user, folder));
    }
}

void give_data_folder(const std::string& folder, const std::string& user) {
    const passwd entry = entry_of(user);
    const auto give = [&entry](const std::string& path) {
        // Whoever owns the folder could have put another file here under our name, by a link.
        struct stat status {};
        const bool is_there = ::lstat(path.c_str(), &status) == 0;
        if (is_there && !S_ISDIR(status.st_mode) && status.st_nlink > 1) return;
        const int result = ::lchown(path.c_str(), entry.pw_uid, entry.pw_gid);
        if (result == -1 && errno != ENOENT) daemon::fail(errno, "chown", path);
    };
    give(folder);
    for (const char* const name :
         {"waymark.db", "waymark.db-wal", "waymark.db-shm", "tracker.log", "tracker.pid",
          "control.sock", "waymark.store", "waymark.writer", kDemoMark})
        give(folder + "/" + name);
}

void give_to_owner_of_folder(const std::string& file) {
    if (::geteuid() != 0) return;
    struct stat status {};
    daemon::check(::lstat(file.c_str(), &status), "stat", file);
    if (status.st_nlink > 1) return;  // whoever owns the folder could have made it lead elsewhere
    struct stat folder {};
    const std::string parent = std::filesystem::path(file).parent_path().string();
    daemon::check(::stat(parent.c_str(), &folder), "stat", parent);
    daemon::check(::lchown(file.c_str(), folder.st_uid, folder.st_gid), "chown", file);
}

std::string database_path(const std::string& folder) {
    return folder + "/waymark.db";
}

}  // namespace waymark::tracker
