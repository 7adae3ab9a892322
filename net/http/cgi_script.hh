// Which program a path means: the longest beginning of it that is an executable file beneath the
// directory of CGI programs. What follows is for the program (PATH_INFO, RFC 3875, 4.1.5). The
// kernel keeps the way beneath the directory (openat2(2), RESOLVE_BENEATH), links included. A name
// that begins with a dot is as if it were not there.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::net::http {

struct CgiScript {
    enum class Kind : std::uint8_t { nothing, forbidden, program };
    Kind kind = Kind::nothing;
    std::string file = {};       // to be executed
    std::string directory = {};  // where it lies, which becomes its working directory
    std::string name = {};       // the part of the path that is the program: "/a/b.cgi"
    std::string path_info = {};  // the rest: "" or "/c"
};

class CgiDirectory {
  public:
    // Throws std::system_error if it cannot be opened.
    explicit CgiDirectory(const std::string& directory);

    // `path` is decoded and in normal form, below where the directory is in URLs: "/a/b.cgi/c". A
    // directory is nothing, and a file that may not be executed is forbidden.
    CgiScript find(std::string_view path) const;

  private:
    std::string path_;
    daemon::Fd directory_;
};

}  // namespace waymark::net::http
