// One program of a run, in a terminal of its own: started under limits, its screen read, lines
// typed to it. Used by the keeper only; waiting and collecting are the keeper's business.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/fd.hh"
#include "lessons/course/child_group.hh"
#include "slides/server/run_plan.hh"

namespace waymark::slides {

// Makes a folder of a run's own, for what programs write. Throws std::system_error.
std::filesystem::path make_run_folder();

// Removes it at the end, with all that is in it.
class RunFolder {
  public:
    explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;
    ~RunFolder();

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

class ShownProgram {
  public:
    // Starts `demo` in `folder`, as a child of `children`, with `variables` ("NAME=value") added to its
    // environment. Throws std::system_error.
    void start(course::ChildGroup& children, const DemoEntry& demo, const RunLimits& limits,
               const std::filesystem::path& folder, const std::vector<std::string>& variables);

    // Some of what is on the screen and has not been read, in whole UTF-8 characters; "" if there
    // is nothing. When no process has the terminal open any more, the screen is closed.
    std::string read();
    // As if typed at the terminal. What does not fit into its buffer is lost.
    void type(std::string_view text);
    void close() { screen_.reset(); }

    bool is_open() const { return static_cast<bool>(screen_); }
    // For poll(2); -1 when closed.
    int screen() const { return screen_.get(); }
    // 0 before the start.
    pid_t pid() const { return pid_; }

  private:
    daemon::Fd screen_;
    pid_t pid_ = 0;
    std::string incomplete_;  // the first bytes of a character
};

// How many bytes at the end of `text` are the beginning of a UTF-8 character that is not complete
// (RFC 3629, 3): 0 to 3.
std::size_t incomplete_tail(std::string_view text);

}  // namespace waymark::slides
