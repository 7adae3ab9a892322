#include "lessons/course/folder_lock.hh"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "daemon/error.hh"

namespace waymark::course {

daemon::Fd lock_folder(const std::filesystem::path& folder, const std::function<void()>& on_wait) {
    const std::filesystem::path path = folder / "course.lock";
    daemon::Fd lock(daemon::check(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644), "open",
                                  path.string()));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR) daemon::fail(errno, "flock", path.string());
    on_wait();
    while (::flock(lock.get(), LOCK_EX) == -1)
        if (errno != EINTR) daemon::fail(errno, "flock", path.string());
    return lock;
}

}  // namespace waymark::course
