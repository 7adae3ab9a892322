// One at a time in a folder: two ninjas, or two checks of one lesson, would write the same files.

#pragma once

#include <filesystem>
#include <functional>

#include "daemon/fd.hh"

namespace waymark::course {

// The folder's lock (flock(2) on course.lock in it), until what is returned is closed. If somebody
// else has it, `on_wait` is called once, and then it is waited for. Throws std::system_error.
daemon::Fd lock_folder(
    const std::filesystem::path& folder, const std::function<void()>& on_wait = [] {});

}  // namespace waymark::course
