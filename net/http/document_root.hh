// A directory whose files are served, and no way out of it: every path is opened by the kernel with
// the rule that it must stay beneath (openat2(2), RESOLVE_BENEATH), so neither ".." nor a symbolic
// link leads out, and there is no moment between a check and its use.
//
// Small files are kept in memory. Each use looks whether the path still leads to the file that was
// read and whether the file is as it was: the same inode, size, mode and time of change (ctime,
// inode(7), which no program can set; it moves with renames, links and rights as well as with
// content). A file at the top costs one call for that; one further down three, because a directory
// on the way may have become a link. What this process itself may read is taken to stay as it is:
// change the user first, then serve.

#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/fd.hh"

namespace waymark::net::http {

// A file as it was when it was opened.
struct Document {
    std::uint64_t size = 0;
    std::time_t last_modified = 0;
    std::string entity_tag;                  // with its quotes; of inode, size and time of change
    std::shared_ptr<const daemon::Fd> file;  // of a large file
    std::string content;                     // of a small one

    bool is_small() const { return file == nullptr; }
};

class DocumentRoot {
  public:
    static constexpr std::size_t kLargestSmall = 64 * 1024;
    static constexpr std::size_t kMostKeptBytes = 16 * 1024 * 1024;

    // The time of change counts in ticks of some milliseconds: what is changed twice within one
    // tick looks the same after both. A file is kept once it has been left alone for `settling`.
    static constexpr std::chrono::seconds kSettling{2};

    // Throws std::system_error if the directory cannot be opened, or the kernel has no openat2
    // (Linux before 5.6).
    explicit DocumentRoot(const std::string& directory, std::chrono::seconds settling = kSettling);

    enum class Kind : std::uint8_t { nothing, forbidden, directory, document };
    struct Found {
        Kind kind = Kind::nothing;
        std::shared_ptr<const Document> document;
    };
    // `path` is decoded and in normal form, "/a/b.txt". Neither devices nor pipes are documents.
    // Throws std::system_error when it is our system that fails (no more descriptors, disk), also
    // if files are renamed so fast that the kernel cannot follow a ".." of a link in many attempts.
    Found find(std::string_view path);

    // To list what is in it; owns nothing if there is no such directory beneath the root.
    daemon::Fd open_directory(std::string_view path) const;

    // For tests and status pages.
    std::size_t kept_bytes() const { return kept_bytes_; }

  private:
    struct Kept {
        struct stat status;
        std::shared_ptr<const Document> document;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    bool is_unchanged(const char* relative_path, const Kept& kept) const;
    Found open(const char* relative_path, std::string_view path);
    Found load(daemon::Fd file, const struct stat& status, std::string_view path);
    void keep(std::string_view path, const struct stat& status,
              const std::shared_ptr<const Document>& document);

    daemon::Fd root_;
    std::chrono::seconds settling_;
    std::unordered_map<std::string, Kept, Hash, std::equal_to<>> kept_;
    std::size_t kept_bytes_ = 0;
};

}  // namespace waymark::net::http
