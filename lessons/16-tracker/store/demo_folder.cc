#include "store/demo_folder.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "store/data_folder.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

// Whatever it is, a link that leads nowhere too. What cannot be looked at is nobody's to mark.
bool is_there(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0) return true;
    if (errno != ENOENT) daemon::fail(errno, "lstat", path);
    return false;
}

std::string mark_in(const std::string& folder) {
    return folder + "/" + kDemoMark;
}

void write_mark(const std::string& path) {
    const daemon::Fd mark(daemon::check(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "open", path));
}

}  // namespace

std::string default_demo_folder() {
    return default_data_folder() + "-demo";
}

void refuse_wrong_kind_of_folder(const std::string& folder, bool demo) {
    if (!demo && is_there(mark_in(folder)))
        throw UsageError(
            fmt::format("{} holds the made-up positions of a demo: add --demo, or name another "
                        "folder with --data",
                        folder));
    if (!demo || is_there(mark_in(folder))) return;
    if (is_there(database_path(folder)))
        throw UsageError(
            fmt::format("{} holds positions of your own, and a demo would mix with them: leave out "
                        "--demo, or name another folder with --data",
                        folder));
}

void settle_demo_folder(const std::string& folder, bool demo) {
    refuse_wrong_kind_of_folder(folder, demo);
    if (demo && !is_there(mark_in(folder))) write_mark(mark_in(folder));
}

void refuse_demo_folder(const std::string& folder) {
    if (is_there(mark_in(folder)))
        throw UsageError(
            fmt::format("{} is the folder of a demo, for made-up devices only: name that of your "
                        "own server with --data",
                        folder));
}

}  // namespace waymark::tracker
