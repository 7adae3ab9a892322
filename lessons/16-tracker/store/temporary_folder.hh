// A folder for one test, removed with everything in it at the end.

#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "daemon/error.hh"

namespace waymark::tracker {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string pattern = std::filesystem::temp_directory_path() / "waymark-test-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) daemon::fail(errno, "mkdtemp", pattern);
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string file(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace waymark::tracker
