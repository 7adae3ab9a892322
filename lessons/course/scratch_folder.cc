#include "lessons/course/scratch_folder.hh"

#include <stdlib.h>

#include <cerrno>
#include <string>

#include "daemon/error.hh"

namespace waymark::course {

ScratchFolder::ScratchFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "waymark-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) daemon::fail(errno, "mkdtemp", pattern);
    path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;  // what somebody made unreadable on purpose stays
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace waymark::course
