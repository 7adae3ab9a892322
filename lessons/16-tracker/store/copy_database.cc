#include "store/copy_database.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "store/begun_file.hh"

namespace waymark::tracker {
namespace {

[[noreturn]] void refuse_copy(const std::string& path) {
    throw daemon::UsageError(
        fmt::format("{} is there already: choose another name, or say --force", path));
}

void sync_path(const std::string& path, int flags) {
    const daemon::Fd file(daemon::check(::open(path.c_str(), flags | O_CLOEXEC), "open", path));
    daemon::check(::fsync(file.get()), "fsync", path);
}

// With --force this would put a copy in the place of the file that a server writes: it would go on
// writing into one that has no name any more.
void refuse_itself(const std::string& database, const std::string& path) {
    std::error_code ignored;
    for (const char* const tail : {"", "-wal", "-shm"}) {
        const std::string file = database + tail;
        const bool same_name = std::filesystem::weakly_canonical(file, ignored) ==
                               std::filesystem::weakly_canonical(path, ignored);
        if (same_name || std::filesystem::equivalent(file, path, ignored))
            throw daemon::UsageError(
                fmt::format("{} is a file of the database that is copied: choose another name for "
                            "the copy",
                            path));
    }
}

// VACUUM INTO writes into an empty file that is there, so its mode is ours from the beginning.
class Partial {
  public:
    explicit Partial(const std::string& path) : file_(path, ".partial") {}
    Partial(const Partial&) = delete;
    Partial& operator=(const Partial&) = delete;
    ~Partial() { ::unlink((file_.begun() + "-journal").c_str()); }

    const std::string& path() const { return file_.begun(); }
    bool end(IfThere if_there) { return file_.end(if_there); }

  private:
    BegunFile file_;
};

}  // namespace

void sync_folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    sync_path(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

void copy_database(Connection& from, const std::string& path, IfThere if_there) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw daemon::UsageError(fmt::format("{} is a folder: name a file in it", path));
    // A rename would put a file in the place of /dev/null.
    if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
        throw daemon::UsageError(fmt::format("{} is no file: choose another name", path));
    refuse_itself(from.path(), path);
    if (if_there == IfThere::refuse && std::filesystem::exists(path, ignored)) refuse_copy(path);
    Partial partial(path);
    Statement copy(from, "VACUUM INTO ?1");
    copy.bind_text(1, partial.path());
    try {
        copy.run();
    } catch (const StoreError& error) {
        // SQLite's text would name the file that is read.
        if (error.kind() != StoreError::Kind::no_room) throw;
        throw StoreError(error.kind(),
                         fmt::format("write {}: the disk is full or failing, or a limit for the "
                                     "size of files is reached: make room, or name a file on "
                                     "another disk",
                                     partial.path()));
    }
    if (!partial.end(if_there)) refuse_copy(path);
    sync_folder_of(path);
}

}  // namespace waymark::tracker
