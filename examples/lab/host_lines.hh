// What a host prints, cut into lines and put behind its name, so that the words of many can be told
// apart.

#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::lab {

class HostLines {
  public:
    static constexpr std::size_t kLongest = std::size_t{64} * 1024;

    // Reads `from`, which becomes non-blocking, and prints on `to`. Throws std::system_error.
    HostLines(std::string name, daemon::Fd from, std::FILE* to);

    // To wait for with poll(2); -1 when it is closed, which poll skips.
    int fd() const { return from_.get(); }

    // Takes what there is, kLongest bytes a call, and prints the lines that are whole; one that is
    // longer than kLongest in pieces. Closes at the end.
    void take();

    // Prints what has no line end, and closes.
    void finish();

  private:
    void print_whole_lines();
    void print(std::string_view line);

    std::string name_;
    daemon::Fd from_;
    std::FILE* to_;
    std::string text_;
};

}  // namespace waymark::lab
