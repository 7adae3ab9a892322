// A folder of its own below TMPDIR (or /tmp), removed with all that is in it at the end of the
// scope.

#pragma once

#include <filesystem>

namespace waymark::course {

class ScratchFolder {
  public:
    // Throws std::system_error.
    ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace waymark::course
