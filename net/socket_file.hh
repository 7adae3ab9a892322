// The file that bind(2) makes for a Unix socket. The system leaves it there when the socket is
// closed, and so does net/listener, for after fork(2) others may still listen: the process that
// ends the service removes it. By then the path may be another server's, which found nobody there
// while we let the last clients finish. So what was bound is remembered, and nothing else removed.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/address.hh"

namespace waymark::net {

class SocketFile {
  public:
    SocketFile() = default;  // none
    // Of an address that was bound just now. None for an address that has no file, or whose file
    // somebody has removed already.
    explicit SocketFile(const Address& bound);

    // Removes it, if it is what was bound: by its file system, its inode and, where the file system
    // keeps that, its time of birth, for an inode's number is given out again. Whether it did;
    // without the right to change its folder it stays, and the next server replaces it. Between the
    // look and unlink(2), which knows paths only, another may come.
    bool remove() const;

  private:
    struct Identity {
        std::uint64_t file_system = 0, inode = 0;
        std::int64_t birth_s = 0, birth_ns = 0;
        bool operator==(const Identity&) const = default;
    };
    static std::optional<Identity> identity_of(const std::string& path);

    std::string path_;
    std::optional<Identity> identity_;
};

}  // namespace waymark::net
