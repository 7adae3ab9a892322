#include "net/socket_file.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::net {

std::optional<SocketFile::Identity> SocketFile::identity_of(const std::string& path) {
    struct statx file {};
    if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_INO | STATX_BTIME,
                &file) == -1 ||
        !S_ISSOCK(file.stx_mode))
        return std::nullopt;
    Identity identity;
    identity.file_system = std::uint64_t{file.stx_dev_major} << 32U | file.stx_dev_minor;
    identity.inode = file.stx_ino;
    if ((file.stx_mask & STATX_BTIME) == 0) return identity;
    identity.birth_s = file.stx_btime.tv_sec;
    identity.birth_ns = file.stx_btime.tv_nsec;
    return identity;
}

SocketFile::SocketFile(const Address& bound) : path_(bound.unix_path()) {
    if (path_.starts_with('/')) identity_ = identity_of(path_);
}

bool SocketFile::remove() const {
    if (!identity_ || identity_of(path_) != identity_) return false;
    return ::unlink(path_.c_str()) == 0;
}

}  // namespace waymark::net
