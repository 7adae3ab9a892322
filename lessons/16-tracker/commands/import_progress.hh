// What `tracker import` says: how far it has come, on a terminal, and at the end what came of a
// file.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/fd.hh"
#include "formats/imported_points.hh"

namespace waymark::tracker {

struct ImportCounts {
    std::uint64_t read = 0;  // positions, with those that were refused
    std::uint64_t stored = 0;
    std::uint64_t already = 0;  // were there
    std::uint64_t refused = 0;

    ImportCounts& operator+=(const ImportCounts& other);
};

// "1 position", "2 positions"
std::string counted(std::uint64_t count, std::string_view noun);

// "1234 positions read: 1200 stored, 30 there already, 4 refused"
std::string words_of(const ImportCounts& counts);

// One line for the file, and one for each of the first reasons.
void print_import(std::string_view name, std::string_view format, const ImportCounts& counts,
                  const ImportedPoints& points);

// A line on the terminal that is written anew, four times a second; nothing where standard error is
// no terminal. Gone at its end.
class ImportProgress {
  public:
    ImportProgress(std::string name, const daemon::Fd& file);
    ImportProgress(const ImportProgress&) = delete;
    ImportProgress& operator=(const ImportProgress&) = delete;
    ~ImportProgress();

    void add(std::size_t bytes, const ImportCounts& counts);

  private:
    std::string name_;
    bool is_shown_ = false;
    std::uint64_t size_ = 0;  // 0: not known
    std::uint64_t read_ = 0;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace waymark::tracker
